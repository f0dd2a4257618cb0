"""Studies under faults in random order, for as long as there is time: the same results, to the bit."""

import contextlib
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from faults.studies import SETTINGS, TARGETS, agrees, teacher_study
from workflow.snakemake_study import RESULTS, output_of

from kdtheory.jobs.verify import verify

SEED = 20200612
SLOW_RENAMES = Path(__file__).parent / "slow_renames"
STATE = f"{RESULTS}/teachers/network/checkpoints/.0000.training"
COMMAND = [*SETTINGS, "--cores", "2", "--", *TARGETS]
DAY = 86400


class Run:
    """One study that is disturbed, with the driver that works on it."""

    def __init__(self, folder, rng):
        self.study, self.rng, self.driver = teacher_study(folder), rng, None

    def go(self, **variables):
        """Start or go on, unless a driver is at work."""
        if self.driver is None or self.driver.poll() is not None:
            assert self.study.run(*SETTINGS, "--unlock").returncode == 0
            self.driver = self.study.start(*COMMAND, **variables)

    def working(self, seconds):
        """Wait, at most until the driver ends; return whether it still works."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.driver.wait(timeout=seconds)
        return self.driver.poll() is None

    def kill(self):
        """Kill the driver and its jobs, and see that what they leave is whole."""
        self.study.kill(self.driver)
        self.check_whole()

    def check_whole(self):
        """Every file that was written so far is whole."""
        if self.study.files("*/**/*.nc"):
            assert verify(self.study.folder / RESULTS)[1] == []

    def jobs(self):
        """Process ids of the jobs at work, without the driver."""
        return [process for process in self.study.processes() if process != self.driver.pid]


def kill_the_driver(run):
    """SIGKILL of the driver and all its jobs"""
    run.working(run.rng.uniform(1, 15))
    run.kill()


def kill_one_job(run):
    """SIGKILL of one job alone"""
    run.working(run.rng.uniform(4, 12))
    if jobs := run.jobs():
        with contextlib.suppress(ProcessLookupError):
            os.kill(run.rng.choice(jobs), signal.SIGKILL)


def kill_the_teacher_in_an_epoch(run):
    """SIGKILL while the teacher trains"""
    kill_when(run, lambda: list((run.study.folder / STATE).glob("[!.]*")))


def kill_the_teacher_in_a_write(run):
    """SIGKILL while the teacher writes what it learned"""
    kill_when(run, lambda: list((run.study.folder / STATE).glob(".*-*")))


def kill_when(run, is_time):
    """Take away what the teacher learned and what came of it, so that it trains again, and kill it at the moment."""
    run.kill()
    for folder in ("teachers/network", "students/mixing"):
        for path in (run.study.folder / RESULTS / folder).rglob("*.*"):
            if path.is_file():
                path.unlink()
    (run.study.folder / RESULTS / "analysis/mixing.nc").unlink(missing_ok=True)
    run.go(PYTHONPATH=f"{SLOW_RENAMES}:{run.study.folder / 'src'}")
    while not is_time():
        assert run.driver.poll() is None, "the teacher was trained before it could be killed"
        time.sleep(0.002)
    run.kill()


def fill_the_disk(run):
    """a disk with room for a few more writes"""
    results = str(run.study.folder / RESULTS)
    run.working(run.rng.uniform(1, 6))
    used = os.statvfs(results)
    bytes_used = (used.f_blocks - used.f_bfree) * used.f_frsize
    mount("-o", f"remount,size={bytes_used + run.rng.randrange(8, 80) * 1024}", results)
    run.working(20)
    run.kill()
    mount("-o", "remount,size=500m", results)


def set_the_clock_back(run):
    """the clock set back by a day: files have times in the future until these are corrected"""
    run.working(run.rng.uniform(2, 10))
    run.kill()
    move_times(run.study, DAY, after=0)
    assert run.study.run(*SETTINGS, "--unlock").returncode == 0
    refused = run.study.run(*COMMAND)
    assert refused.returncode == 0 or "clock skew" in output_of(refused)
    run.check_whole()
    move_times(run.study, -DAY, after=time.time())


def move_times(study, seconds, after):
    """Move the times of all result files that were changed after a time."""
    for path in study.folder.glob(f"{RESULTS}/**/*"):
        with contextlib.suppress(FileNotFoundError):
            if (changed := path.stat().st_mtime) > after:
                os.utime(path, (changed + seconds, changed + seconds))


def run_twice(run):
    """two runs in one folder"""
    second = run.study.run(*COMMAND)
    # The first may have come to its end before.
    assert second.returncode == 0 or "LockException" in output_of(second)


def rename_slowly(run):
    """SIGKILL during renames that take seconds, as on a network file system"""
    run.kill()
    run.go(PYTHONPATH=f"{SLOW_RENAMES}:{run.study.folder / 'src'}")
    run.working(run.rng.uniform(5, 20))
    run.kill()


FAULTS = [
    kill_the_driver, kill_one_job, kill_the_teacher_in_an_epoch, kill_the_teacher_in_a_write, set_the_clock_back,
    run_twice, rename_slowly,
]  # fmt: skip
ANSWER = "the same command continues; data and figures are identical, bit for bit"


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@contextlib.contextmanager
def results_on_a_disk_of_its_own(study):
    """A small disk under the results, where it may be mounted."""
    results = study.folder / RESULTS
    results.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=500m", "tmpfs", str(results)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(results)], check=True)


def test_faults_in_random_order_lose_nothing(slow_teacher, tmp_path, pytestconfig):
    minutes = pytestconfig.getoption("--soak-minutes") or 3
    ledger, rng, ends = pytestconfig.soak_ledger, random.Random(SEED), time.monotonic() + 60 * minutes
    expected, waiting, studies = slow_teacher.contents(), [], 0
    while not studies or time.monotonic() < ends:
        run = Run(tmp_path / f"study-{studies}", rng)
        studies += 1
        with results_on_a_disk_of_its_own(run.study) as mounted, contextlib.ExitStack() as counted:
            for _ in range(4):
                if time.monotonic() > ends:
                    break
                # Every fault has its turn before one comes again.
                waiting = waiting or rng.sample(faults := FAULTS + [fill_the_disk] * mounted, len(faults))
                fault = waiting.pop()
                counted.enter_context(ledger.survives(fault.__doc__, ANSWER))
                run.go()
                fault(run)
            if run.driver is not None:
                run.kill()
            assert run.study.run(*SETTINGS, "--unlock").returncode == 0
            finished = run.study.run(*COMMAND)
            assert finished.returncode == 0, output_of(finished)[-5000:]
            found = run.study.contents()
            assert agrees(found, expected, TARGETS)
            assert verify(run.study.folder / RESULTS)[1] == []
    assert len(ledger) >= 1, "no fault was tried"
