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

SETTINGS = {"dim": 3, "limit_degrees": 60.0, "n_points": 4, "worlds": 2}


def run(*arguments, options=()):
    return subprocess.run(
        [sys.executable, *options, "-m", "kdtheory.tasks.margin", *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def build(output, settings=SETTINGS, seed=1):
    given = output.parent / "settings" / output.with_suffix(".json").name
    given.parent.mkdir(exist_ok=True)
    given.write_text(json.dumps(settings))
    return run("build", "--settings", given, "--seed", seed, "--key", "task", "--output", output)


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


@pytest.mark.slow
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
    assert [path.name for path in tmp_path.iterdir()] == ["settings"]


@pytest.mark.slow
def test_settings_may_come_from_standard_input(tmp_path):
    build(tmp_path / "from_file.nc")
    command = [sys.executable, "-m", "kdtheory.tasks.margin", "build", "--settings", "/dev/stdin", "--seed", "1"]
    command += ["--key", "task", "--output", str(tmp_path / "task.nc")]
    subprocess.run(command, input=json.dumps(SETTINGS), text=True, check=True, capture_output=True)
    assert (tmp_path / "task.nc").read_bytes() == (tmp_path / "from_file.nc").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("option", ["-O", "-OO"])
def test_an_optimised_interpreter_makes_the_same_data(tmp_path, option):
    build(tmp_path / "a.nc")
    settings = tmp_path / "settings" / "a.json"
    arguments = ("build", "--settings", settings, "--seed", 1, "--key", "task", "--output", tmp_path / "b.nc")
    assert run(*arguments, options=[option]).returncode == 0
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    command = subprocess.run([sys.executable, option, "-m", "kdtheory", "--help"], capture_output=True, text=True)
    assert command.returncode == 0 and "kdtheory COMMAND --help" in command.stdout


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
    return {"runs": before + np.arange(settings.epochs)}


def command(monkeypatch, tmp_path, output):
    settings = tmp_path / "settings.json"
    settings.write_text('{"epochs": 2}')
    given = ["train", "--settings", settings, "--seed", "1", "--key", "key", "--output", output]
    monkeypatch.setattr(sys, "argv", ["stage", *map(str, given)])
    stage.run_stage(train)


def test_a_verb_continues_from_a_state_that_lives_until_its_output_is_written(tmp_path, monkeypatch):
    folder = tmp_path / "teacher"
    output, state = folder / "checkpoints.safetensors", folder / ".checkpoints.training"
    with pytest.raises(SystemExit):
        command(monkeypatch, tmp_path, output)
    assert list(folder.iterdir()) == [state]

    with monkeypatch.context() as patch:
        patch.setattr(stage.storage, "write", lambda content, path, stamp: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            command(monkeypatch, tmp_path, output)
    assert state.exists(), "it holds what was learned until the output is written"

    command(monkeypatch, tmp_path, output)
    assert list(folder.iterdir()) == [output]
    np.testing.assert_array_equal(storage.read(output)["runs"], [1, 2])


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
