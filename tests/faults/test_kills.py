"""A study that is killed or told to stop, again and again, and goes on to the same results each time."""

import contextlib
import os
import random
import re
import shutil
import signal
import time

import pytest
import yaml
from workflow.snakemake_study import SMOKE, Study, output_of

from kdtheory.jobs.verify import verify

SEED = 20190609
ANSWER = "after `make unlock` and the same command again: the same data, figures and claims, to the bit"
# What the ten kills and the requests to stop share out among them: places in one run, by the share of started jobs.
STOPS = [signal.SIGKILL] * 10 + [signal.SIGTERM] * 2 + [signal.SIGINT] * 2


def moments(jobs):
    """Seeded random moments of a run: how many jobs have been started by then, and seconds from there."""
    rng = random.Random(SEED)
    started = sorted(rng.sample(range(1, jobs * 9 // 10), len(STOPS)))
    return [
        (count, rng.uniform(0, 1.5), how) for count, how in zip(started, rng.sample(STOPS, len(STOPS)), strict=True)
    ]


def wait_until_started(study, driver, count):
    deadline = time.monotonic() + 300
    while len(list(study.folder.glob("logs/**/*.log"))) < count:
        assert driver.poll() is None, "the run ended before it was stopped"
        assert time.monotonic() < deadline, f"{count} jobs were not started in time"
        time.sleep(0.02)


def stop(study, driver, how):
    if how == signal.SIGKILL:
        study.kill(driver)
    else:
        os.kill(driver.pid, how)
        # A run that was at its last jobs ends well.
        driver.wait(timeout=600)
        assert study.processes() == []


def finished_files(study):
    return {file: file.stat().st_mtime_ns for file in study.files("students/*/*/*.nc", "analysis/*.nc")}


def test_a_run_that_is_stopped_at_random_moments_goes_on_to_the_same_results(smoke, tmp_path, faults):
    study = Study.copied_to(tmp_path / "study")
    # What a moment cost is known only at the end, when the results are compared: all count as lost, or none.
    counts = {
        "SIGKILL of the driver and all its jobs at a random moment": STOPS.count(signal.SIGKILL),
        "SIGTERM to the driver at a random moment": STOPS.count(signal.SIGTERM),
        "SIGINT (Ctrl-C) to the driver at a random moment": STOPS.count(signal.SIGINT),
    }
    with contextlib.ExitStack() as counted:
        for fault, tried in counts.items():
            counted.enter_context(faults.survives(fault, ANSWER, tried))
        driver, kept = study.start(*SMOKE, "--cores", "2"), {}
        for count, delay, how in moments(len(list(smoke.folder.glob("logs/**/*.log")))):
            wait_until_started(study, driver, count)
            time.sleep(delay)
            stop(study, driver, how)
            if study.files("*/**/*.nc"):
                assert verify(study.folder / "results")[1] == [], "what a stopped run leaves is whole"
            again = [file for file, when in kept.items() if finished_files(study).get(file) not in (None, when)]
            assert len(again) <= 2, f"only what two cores were at may be computed again, not {again}"
            kept = finished_files(study)
            driver = study.resume("--cores", "2")
        assert driver.wait(timeout=600) == 0
        assert study.contents() == smoke.contents()


@pytest.fixture(scope="module")
def slow_teacher(tmp_path_factory):
    """An undisturbed run of a teacher whose epochs last long enough to be killed in."""
    study = teacher_study(tmp_path_factory.mktemp("teacher") / "study")
    finished = study.run(*SMOKE, "slow.yaml", "--cores", "1", LOGITS)
    assert finished.returncode == 0, output_of(finished)[-5000:]
    return study


LOGITS = "results/teachers/network/logits/boundary/0000.nc"


def teacher_study(folder):
    study = Study.copied_to(folder)
    epochs = [1, 4]
    cells = {"main": {"stopping_epochs": epochs}}
    changes = {
        "teachers": {"network": {"train_points": 393216, "stopping_epochs": epochs}},
        "experiments": {
            **{name: {"cells": cells} for name in ("stopping", "imperfect", "correction")},
            "mixing": {"cells": {"main": {"stopping_epochs": epochs[1:]}}},
            "transfer": {"cells": {name: {"stopping_epochs": epochs[1:]} for name in ("network", "network_oracle")}},
            "finite_width": {"cells": {name: {"stopping_epochs": epochs[1:]} for name in ("narrow", "medium", "wide")}},
        },
    }
    (folder / "slow.yaml").write_text(yaml.safe_dump(changes))
    return study


@pytest.mark.parametrize("moment", range(3))
def test_a_teacher_killed_within_an_epoch_goes_on_from_the_last_one_that_it_kept(
    slow_teacher, tmp_path, faults, moment
):
    study = teacher_study(tmp_path / "study")
    with faults.survives(
        "SIGKILL of a teacher within an epoch", "training goes on after the last kept epoch; the same weights"
    ):
        state = study.folder / "results/teachers/network/checkpoints/.0000.training"
        driver = study.start(*SMOKE, "slow.yaml", "--cores", "1", LOGITS)
        while not list(state.glob("[!.]*")):
            assert driver.poll() is None, "the teacher was trained before it could be killed"
            time.sleep(0.01)
        time.sleep(random.Random(SEED + moment).uniform(0, 1))
        study.kill(driver)
        assert state.exists() and not list(study.folder.glob(LOGITS)), "the kill came too late"
        resumed = study.resume("slow.yaml", "--cores", "1", LOGITS)
        assert resumed.wait(timeout=300) == 0
        assert not state.exists()
        log = (study.folder / "logs/teachers/network/0000.log").read_text()
        assert re.search("training resumes after epoch [1-3]", log)
        assert study.contents() == slow_teacher.contents()
    shutil.rmtree(study.folder)
