import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import command as stage
from kdtheory.jobs import log, storage
from kdtheory.tasks import margin

SETTINGS = {"dim": 3, "limit_degrees": 60.0, "n_points": 4, "repeats": 2}


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "kdtheory.tasks.margin", *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def build(output, settings=SETTINGS, seed=1):
    return run(
        "build", "--settings", json.dumps(settings), "--seed", seed, "--key", "task", "--output", output
    )  # fmt: skip


def test_a_stage_writes_what_its_function_returns_with_provenance(tmp_path):
    finished = build(tmp_path / "task.nc")
    assert finished.returncode == 0, finished.stderr
    assert re.search(r"done: \d+\.\d\d s of work after \d+\.\d\d s of imports", finished.stderr)
    found = storage.read(tmp_path / "task.nc")
    from functools import partial

    from kdtheory.jobs.seeds import generator

    xr.testing.assert_equal(found, margin.build(margin.Settings(**SETTINGS), partial(generator, 1, "task")))
    assert {"git_commit", "git_dirty", "kdtheory_version", "library_versions", "device"} <= found.attrs.keys()
    assert json.loads(found.attrs["library_versions"])["numpy"] == np.__version__


def test_two_runs_write_the_same_bytes(tmp_path):
    for name in ("one.nc", "two.nc"):
        finished = build(tmp_path / name)
        assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()


def test_unknown_settings_are_one_error_line_and_no_file(tmp_path):
    finished = build(tmp_path / "task.nc", {**SETTINGS, "colour": "red"})
    assert finished.returncode == 1
    assert re.fullmatch(r"error: .*unknown settings \['colour'\]", finished.stderr.splitlines()[-1])
    assert "Traceback" not in finished.stderr
    assert not list(tmp_path.iterdir())


def test_help_names_every_option():
    finished = run("build", "--help")
    assert finished.returncode == 0
    for option in ("--settings", "--seed", "--key", "--output"):
        assert option in finished.stdout


@dataclass(frozen=True)
class Epochs:
    epochs: int


def train(settings: Epochs, draw, state: Path):
    """Count the runs that it takes, and fail in the first."""
    before = storage.read(state / "runs.safetensors")["runs"] if state.exists() else np.zeros(1)
    storage.write({"runs": before + 1}, state / "runs.safetensors", {})
    if not before:
        raise RuntimeError("cut off")
    return [{"runs": before + epoch} for epoch in range(settings.epochs)]


def export(settings: Epochs, draw, dataset, checkpoints: list):
    """Join checkpoints."""
    return xr.Dataset({"runs": ("epoch", [dataset["runs"][0], *(each["runs"][0] for each in checkpoints)])})


def command(monkeypatch, verb, *arguments):
    settings = ["--settings", '{"epochs": 2}', "--seed", "1", "--key", "key"]
    monkeypatch.setattr(sys, "argv", ["stage", verb, *settings, *map(str, arguments)])
    stage.run_stage(train, export)


def test_a_verb_may_write_several_files_and_goes_on_from_a_state_that_lives_until_all_are_written(
    tmp_path, monkeypatch
):
    outputs = [tmp_path / f"epoch-{epoch}.safetensors" for epoch in (1, 2)]
    with pytest.raises(SystemExit):
        command(monkeypatch, "train", "--output", *outputs)
    assert [path.name for path in tmp_path.iterdir()] == [".epoch-1.training"]

    with monkeypatch.context() as patch:
        patch.setattr(stage.storage, "write", lambda content, path, stamp: 1 / 0 if path == outputs[1] else None)
        with pytest.raises(ZeroDivisionError):
            command(monkeypatch, "train", "--output", *outputs)
    assert (tmp_path / ".epoch-1.training").exists(), "it holds what was learned until all is written"

    command(monkeypatch, "train", "--output", *outputs)
    assert sorted(tmp_path.iterdir()) == outputs
    assert [storage.read(path)["runs"].item() for path in outputs] == [1, 2]


def test_a_verb_may_read_several_files_in_their_order(tmp_path, monkeypatch):
    for number in range(3):
        storage.write({"runs": np.array([number])}, tmp_path / f"{number}.safetensors", {})
    [dataset, *checkpoints] = [tmp_path / f"{number}.safetensors" for number in (2, 1, 0)]
    output = tmp_path / "joined.nc"
    command(monkeypatch, "export", "--dataset", dataset, "--checkpoints", *checkpoints, "--output", output)
    np.testing.assert_array_equal(storage.read(output)["runs"], [2, 1, 0])


def test_progress_says_what_is_done_and_what_remains(caplog, monkeypatch):
    times = iter([0.0, 1.0, 5.0, 6.0, 10.0])
    monkeypatch.setattr(log.time, "monotonic", lambda: next(times))
    progress = log.Progress(8, "sets")
    with caplog.at_level("INFO", logger="kdtheory"):
        for _ in range(4):
            progress.advance(2)
    assert caplog.messages == ["4 of 8 sets done, about 5 s remain", "8 of 8 sets done, about 0 s remain"]


def test_a_defect_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        log.run(lambda: 1 / 0)
