"""The study on a real Slurm: submitted through profiles/slurm, cancelled, killed, recovered, equal to a local run."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from cluster.local_slurm import LocalSlurm, files_outside, processes_of
from workflow.snakemake_study import REPOSITORY, SMOKE, Study, output_of, planned_jobs

# Every kind of stage with one trained teacher, in few jobs: each job costs seconds, each level of the DAG up to half a
# minute until Snakemake asks Slurm again.
TRAINING = "train_teacher_network"
TARGETS = ["results/figures/jz20_fig5.svg", "results/claims/pl19-cor1-rate.json"]
# The smoke study, with a teacher that trains long enough to be cancelled while it does.
CONFIG = [*SMOKE, "longer.yaml"]
LONGER = {"teachers": {"network": {"stopping_epochs": [1, 4, 16, 600]}}}
LOCALLY = [*CONFIG, "--cores", "2", "--", *TARGETS]
PROFILE = ["--workflow-profile", "profiles/slurm"]
SUBMITTED = [*PROFILE, *CONFIG, "--slurm-init-seconds-before-status-checks", "1", "--", *TARGETS]
PROFILE_FILE = yaml.safe_load((REPOSITORY / "profiles/slurm/profile.yaml").read_text())
GPU = "gres:gpu:1"
PATIENCE = 600


@dataclass(frozen=True)
class Story:
    """What happened to one study on the cluster."""

    planned: Counter
    cancelled: str
    alive_after_kill: list
    alive_after_recovery: list
    jobs: list
    training_log: str
    digests: dict


def study_in(folder):
    """A copy of the repository, and what it changes of the smoke study."""
    study = Study.copied_to(folder)
    (folder / "longer.yaml").write_text(yaml.safe_dump(LONGER))
    return study


def environment_for(slurm, folder):
    """Variables that reach the jobs: this Python, this Slurm, and a folder for what jobs write elsewhere."""
    (folder / "tmp").mkdir()
    mine = slurm.environment()
    path = os.pathsep.join([str(Path(sys.executable).parent), mine["PATH"]])
    return {**mine, "PATH": path, "TMPDIR": str(folder / "tmp"), "XDG_CACHE_HOME": str(folder / "cache")}


def wait_until(condition, driver):
    """What a condition comes to while Snakemake runs."""
    deadline = time.monotonic() + PATIENCE
    while not (outcome := condition()):
        assert driver.poll() is None, "the run ended too early"
        assert time.monotonic() < deadline, "the run takes too long"
        time.sleep(0.2)
    return outcome


def number_of_the_training(slurm, study):
    """The job that trains the teacher, once it is past some epochs."""
    log = study.folder / "logs/teachers/network.log"
    running = [job for job in slurm.jobs() if job.state == "RUNNING" and job.rule == TRAINING]
    return running[0].number if running and log.exists() and "epoch 16" in log.read_text() else None


def a_job_runs_after(slurm, cancelled):
    """Whether the cancelled job was submitted again, and some job runs."""
    jobs = slurm.jobs()
    comment = next(job.comment for job in jobs if job.number == cancelled)
    return sum(job.comment == comment for job in jobs) > 1 and any(job.state == "RUNNING" for job in jobs)


@pytest.fixture(scope="module")
def story(slurm, tmp_path_factory):
    """One study: a job is cancelled, then Snakemake is killed, then the run goes on as the README says."""
    folder = tmp_path_factory.mktemp("cluster")
    study, variables = study_in(folder / "study"), environment_for(slurm, folder)
    planned = planned_jobs(study.run("-n", *SUBMITTED, **variables))

    driver = study.start(*SUBMITTED, **variables)
    try:
        cancelled = wait_until(lambda: number_of_the_training(slurm, study), driver)
        slurm.run("scancel", cancelled)
        wait_until(lambda: a_job_runs_after(slurm, cancelled), driver)
    finally:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
    alive_after_kill = [job for job in slurm.jobs() if job.is_live]

    script = study.folder / "profiles/slurm/cancel_jobs.sh"
    subprocess.run([script], cwd=study.folder, env={**os.environ, **variables}, check=True, timeout=PATIENCE)
    alive_after_recovery = [job for job in slurm.jobs() if job.is_live]
    unlocked = study.run(*PROFILE, *CONFIG, "--unlock", **variables)
    assert unlocked.returncode == 0, output_of(unlocked)
    finished = study.run(*SUBMITTED, **variables)
    assert finished.returncode == 0, output_of(finished)[-5000:]
    log = (study.folder / "logs/teachers/network.log").read_text()
    return Story(
        Counter(planned), cancelled, alive_after_kill, alive_after_recovery, slurm.jobs(), log, study.digests()
    )


def test_every_job_of_the_run_ran_under_sbatch(story):
    completed = {job.comment: job.rule for job in story.jobs if job.state == "COMPLETED"}
    assert Counter(completed.values()) == story.planned
    assert story.planned.total() == 16
    assert {job.state for job in story.jobs} == {"COMPLETED", "CANCELLED"}


def test_a_job_cancelled_midway_is_submitted_again_with_twice_the_memory_and_time_and_goes_on(story):
    first, second = [job for job in story.jobs if job.rule == TRAINING][:2]
    assert (first.number, first.state) == (story.cancelled, "CANCELLED")
    sizes = PROFILE_FILE["set-resources"][TRAINING]
    for attempt, job in ((1, first), (2, second)):
        assert job.memory == f"{attempt * int(sizes['mem_mb'].split()[0])}M"
        assert job.minutes == attempt * int(sizes["runtime"].split()[0])
    assert "training goes on after epoch" in story.training_log


def test_jobs_outlive_a_killed_snakemake_and_the_documented_script_ends_them(story):
    assert story.alive_after_kill
    assert not story.alive_after_recovery


def test_a_gpu_is_asked_for_by_the_rules_that_use_one_and_by_no_other(story):
    assert {job.rule for job in story.jobs if job.gres == GPU} == {TRAINING, "fit_kernel"}
    assert {job.gres for job in story.jobs} == {GPU, "N/A"}


def test_the_data_equal_a_local_runs_to_the_bit(story, tmp_path):
    study = study_in(tmp_path / "study")
    finished = study.run(*LOCALLY)
    assert finished.returncode == 0, output_of(finished)[-5000:]
    assert story.digests.keys() == {"margin", "imperfect", "correction"}
    assert story.digests == study.digests()


def test_the_profile_sizes_every_rule_but_the_claims_and_the_download(tmp_path):
    study = Study.copied_to(tmp_path / "study")
    planned = planned_jobs(study.run("-n"))
    sized = yaml.safe_load((REPOSITORY / "profiles/slurm/profile.yaml").read_text())["set-resources"]
    assert {rule for rule in planned if not rule.startswith("check_claims_of_")} - sized.keys() == {
        "all",
        "fetch_images",
    }


def test_a_stopped_slurm_leaves_no_process_and_no_file_outside_its_folder(machine, tmp_path):
    before = files_outside(tmp_path.parent)
    slurm = LocalSlurm(tmp_path / "slurm")
    try:
        slurm.start()
        slurm.run("sbatch", f"--chdir={tmp_path}", "--comment=rule_sleep", "--wrap=srun sleep 600")
        deadline = time.monotonic() + PATIENCE
        while slurm.jobs()[0].state != "RUNNING":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert len(processes_of(tmp_path)) > 3
    finally:
        slurm.stop()
    assert processes_of(tmp_path) == []
    assert files_outside(tmp_path.parent) == before
