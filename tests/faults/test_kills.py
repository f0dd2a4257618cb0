"""A study that is killed or told to stop, again and again, and goes on to the same results each time."""

import contextlib
import os
import random
import re
import shutil
import signal
import time

import pytest
from faults.studies import LOGITS, SETTINGS, teacher_study
from workflow.snakemake_study import LOGS, RESULTS, SMOKE, Study

from kdtheory.jobs.verify import verify

SEED = 20190609
ANSWER = "after `make unlock` and the same command again: the same data, figures and claims, to the bit"


def kinds_of_stops(number):
    """Kills and requests to stop, which share out a run among them: one request of each kind for five kills."""
    requests = max(1, number // 7)
    kills = [signal.SIGKILL] * (number - 2 * requests)
    return kills + [signal.SIGTERM] * requests + [signal.SIGINT] * requests


def moments(jobs, stops):
    """Seeded random moments of a run: how many jobs have been started by then, and seconds from there."""
    rng = random.Random(SEED)
    started = sorted(rng.sample(range(1, jobs * 9 // 10), len(stops)))
    return [
        (count, rng.uniform(0, 1.5), how) for count, how in zip(started, rng.sample(stops, len(stops)), strict=True)
    ]


def wait_until_started(study, driver, count):
    deadline = time.monotonic() + 300
    while len(list(study.folder.glob(f"{LOGS}/**/*.log"))) < count:
        assert driver.poll() is None, "the run ended before it was stopped"
        assert time.monotonic() < deadline, f"{count} jobs were not started in time"
        time.sleep(0.02)


def stop(study, driver, how):
    if how == signal.SIGKILL:
        study.kill(driver)
    else:
        os.kill(driver.pid, how)
        # A run that was at its last jobs ends well.
        driver.wait(timeout=1200)
        assert study.processes() == []


def finished_files(study):
    return {file: file.stat().st_mtime_ns for file in study.files("students/*/*/*.nc", "analysis/*.nc")}


def test_a_run_that_is_stopped_at_random_moments_goes_on_to_the_same_results(short, tmp_path, faults, pytestconfig):
    stops = kinds_of_stops(pytestconfig.getoption("--stops"))
    study = Study.short(tmp_path / "study")
    # What a moment cost is known only at the end, when the results are compared: all count as lost, or none.
    counts = {
        "SIGKILL of the driver and all its jobs at a random moment": stops.count(signal.SIGKILL),
        "SIGTERM to the driver at a random moment": stops.count(signal.SIGTERM),
        "SIGINT (Ctrl-C) to the driver at a random moment": stops.count(signal.SIGINT),
    }
    with contextlib.ExitStack() as counted:
        for fault, tried in counts.items():
            counted.enter_context(faults.survives(fault, ANSWER, tried))
        driver, kept = study.start(*SMOKE, "--cores", "2"), {}
        for count, delay, how in moments(len(list(short.folder.glob(f"{LOGS}/**/*.log"))), stops):
            wait_until_started(study, driver, count)
            time.sleep(delay)
            stop(study, driver, how)
            if study.files("*/**/*.nc"):
                assert verify(study.folder / RESULTS)[1] == [], "what a stopped run leaves is whole"
            again = [file for file, when in kept.items() if finished_files(study).get(file) not in (None, when)]
            assert len(again) <= 2, f"only what two cores were at may be computed again, not {again}"
            kept = finished_files(study)
            driver = study.resume("--cores", "2")
        assert driver.wait(timeout=1200) == 0
        assert study.contents() == short.contents()


@pytest.mark.parametrize("moment", range(3))
def test_a_teacher_killed_within_an_epoch_goes_on_from_the_last_one_that_it_kept(
    slow_teacher, tmp_path, faults, moment
):
    study = teacher_study(tmp_path / "study")
    with faults.survives(
        "SIGKILL of a teacher within an epoch", "training goes on after the last kept epoch; the same weights"
    ):
        state = study.folder / RESULTS / "teachers/network/checkpoints/.0000.training"
        driver = study.start(*SETTINGS, "--cores", "1", LOGITS)
        while not list(state.glob("[!.]*")):
            assert driver.poll() is None, "the teacher was trained before it could be killed"
            time.sleep(0.01)
        time.sleep(random.Random(SEED + moment).uniform(0, 1))
        study.kill(driver)
        assert state.exists() and not list(study.folder.glob(LOGITS)), "the kill came too late"
        resumed = study.resume("slow.yaml", "--cores", "1", LOGITS)
        assert resumed.wait(timeout=300) == 0
        assert not state.exists()
        log = (study.folder / LOGS / "teachers/network/0000.log").read_text()
        assert re.search("training resumes after epoch [1-3]", log)
        found, expected = study.contents(), slow_teacher.contents()
        assert LOGITS in found and found == {name: expected[name] for name in found}
    shutil.rmtree(study.folder)
