import json

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import records, storage

SETTINGS = {"dim": 3, "repeats": 2}


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


def test_the_digest_follows_what_shaped_a_file_and_neither_its_preset_nor_growth(tmp_path, monkeypatch):
    for changed in (
        {"settings": {**SETTINGS, "dim": 4}},
        {"seed": 2},
        {"key": "other"},
        {"module": "kdtheory.tasks.line"},
    ):
        assert digest(**changed) != digest()
    assert digest({**SETTINGS, "worlds": 3}) == digest({**SETTINGS, "worlds": 30}) == digest()
    monkeypatch.setenv("KDTHEORY_PRESET", "other")
    assert digest() == digest(dict(reversed(SETTINGS.items())))

    one = stored(tmp_path / "one.nc", {"settings_digest": "1"})
    two = stored(tmp_path / "two.safetensors", {"settings_digest": "2"})
    assert digest(inputs=[one, two]) == digest(inputs=[two, one])
    assert len({digest(), digest(inputs=[one]), digest(inputs=[two]), digest(inputs=[one, two])}) == 4


def test_a_folder_of_another_preset_is_refused_with_file_presets_and_the_way_back(tmp_path):
    results = tmp_path / "results"
    records.check_preset(results, "default")
    for name in ("datasets/a.nc", "teachers/b/epoch-1.safetensors", "teachers/b/logits/a.nc", "analysis/c.nc"):
        stored(results / name, {"preset": "default"})
    records.check_preset(results, "default")
    with pytest.raises(ValueError, match=r"datasets/a\.nc and 3 more files are of preset default, .* leave out --conf"):
        records.check_preset(results, "smoke")
    stored(results / "students/d/main.nc", {"preset": "smoke"})
    with pytest.raises(
        ValueError, match=r"students/d/main\.nc is of preset smoke, .*presets/smoke\.yaml.*MIXED_PRESETS"
    ):
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
