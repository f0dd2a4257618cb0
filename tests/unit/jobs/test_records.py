import json

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import records, storage
from kdtheory.study import batches

SETTINGS = {"dim": 3, "worlds": 2, "first_world": 0}


def stored(path, attributes):
    content = {"x": np.zeros(1)} if path.suffix == ".safetensors" else xr.Dataset({"x": ("a", np.zeros(1))})
    storage.write(content, path, attributes)
    return path


def digest(settings=SETTINGS, seed=1, key="task", module="kdtheory.tasks.margin", inputs=()):
    return records.record(module, key, settings, seed, inputs)["settings_digest"]


def test_a_file_records_preset_kind_and_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("KDTHEORY_PRESET", "smoke")
    for name in ("task.nc", "task.safetensors"):
        path = stored(tmp_path / name, records.record("kdtheory.tasks.margin", "task", SETTINGS, 1, []))
        found = records.read_record(path)
        assert found["preset"] == "smoke"
        assert json.loads(found["settings"]) == {"kind": "margin", **SETTINGS}
        assert found["settings_digest"] == digest()


def test_the_digest_follows_what_shaped_a_file_and_not_its_preset(tmp_path, monkeypatch):
    for changed in (
        {"settings": {**SETTINGS, "dim": 4}},
        {"settings": {**SETTINGS, "worlds": 3}},
        {"settings": {**SETTINGS, "first_world": 2}},
        {"seed": 2},
        {"key": "other"},
        {"module": "kdtheory.tasks.line"},
    ):
        assert digest(**changed) != digest()
    monkeypatch.setenv("KDTHEORY_PRESET", "other")
    assert digest() == digest(dict(reversed(SETTINGS.items())))

    one = stored(tmp_path / "one.nc", {"settings_digest": "1"})
    two = stored(tmp_path / "two.safetensors", {"settings_digest": "2"})
    assert digest(inputs=[one, two]) == digest(inputs=[two, one])
    assert len({digest(), digest(inputs=[one]), digest(inputs=[two]), digest(inputs=[one, two])}) == 4


def test_the_configuration_of_a_measurement_has_a_dataset_with_the_worlds_of_all_its_batches(tmp_path):
    def file(name, kind, settings):
        return stored(tmp_path / name, records.record(f"kdtheory.{kind}", "key", settings, 1, []))

    halves = [file(f"task/{first}.nc", "tasks.margin", {**SETTINGS, "first_world": first}) for first in (0, 2)]
    logits = [file(f"logits/{first}.nc", "teachers.linear", {"norms": [1.0]}) for first in (0, 2)]
    block = {"cells": {"main": {}}}
    datasets = {"task": halves, "half": halves[:1], "digits": [file("digits.nc", "tasks.digits", {"digits": [0, 1]})]}
    found = records.configuration(block, "margin", 1, datasets, {("unit", "task"): logits})
    assert found["datasets"] == {
        "task": {"kind": "margin", "dim": 3, "worlds": 4, "worlds_per_job": 2},
        "half": {"kind": "margin", "dim": 3, "worlds": 2},
        "digits": {"kind": "digits", "digits": [0, 1]},
    }
    assert found["teachers"] == {"unit": {"kind": "linear", "norms": [1.0]}}
    assert found["experiments"] == {"margin": block}
    for first, path in zip((0, 2), halves, strict=True):
        made = json.loads(records.read_record(path)["settings"])
        assert made == batches.settings(found["datasets"]["task"], first)


def test_a_folder_of_another_preset_is_refused_with_file_presets_and_the_way_back(tmp_path):
    results = tmp_path / "results"
    records.check_preset(results, "default")
    for name in (
        "datasets/a/0000.nc",
        "teachers/b/checkpoints/0000.safetensors",
        "teachers/b/logits/a/0000.nc",
        "analysis/c.nc",
    ):
        stored(results / name, {"preset": "default"})
    records.check_preset(results, "default")
    with pytest.raises(
        ValueError, match=r"datasets/a/0000\.nc and 3 more files are of preset default, .* move .*results away"
    ):
        records.check_preset(results, "smoke")
    stored(results / "students/d/main/0000.nc", {"preset": "smoke"})
    with pytest.raises(ValueError, match=r"students/d/main/0000\.nc is of preset smoke, .*results away.*MIXED_PRESETS"):
        records.check_preset(results, "default")


def test_damaged_unfinished_and_foreign_files_are_left_to_the_jobs_that_read_them(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "torn.nc").write_bytes(b"\x89HDF")
    stored(tmp_path / "datasets" / ".part.nc", {"preset": "smoke"})
    stored(tmp_path / "datasets" / "old.nc", {})
    stored(tmp_path / "figures" / "a.nc", {"preset": "smoke"})
    records.check_preset(tmp_path, "default")


def test_a_job_that_reads_the_record_of_fetched_images_has_a_record(tmp_path):
    storage.write_json({"name": "mnist"}, tmp_path / "mnist.json")
    assert records.read_record(tmp_path / "mnist.json") == {}
    made = records.record("kdtheory.tasks.digits", "digits", {}, 1, [tmp_path / "mnist.json"])
    assert made["preset"] == "none" and len(made["settings_digest"]) == 64
