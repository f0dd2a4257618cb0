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
from cluster.local_slurm import LocalSlurm, files_outside
from workflow.snakemake_study import LOGS, REPOSITORY, RESULTS, SMOKE, Study, output_of, planned_jobs

TRAINING = "train_teacher"
# Every kind of stage in few jobs: each job costs seconds, each level of the DAG up to half a minute until Snakemake
# asks Slurm again.
TARGETS = [
    f"{RESULTS}/{name}" for name in ("figures/jz20_theorem2.svg", "claims/jz20_imperfect.json", "analysis/margin.nc")
]
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


def running(slurm, comment):
    """The number of the job with a comment, while it runs."""
    return next((job.number for job in slurm.jobs() if job.state == "RUNNING" and job.comment == comment), None)


def training_past_some_epochs(slurm, log):
    """The number of the job that trains the teacher, once it has said so."""
    return running(slurm, "rule_train_teacher_wildcards_network_0000") if "epoch 16" in log.read_text() else None


@pytest.fixture(scope="module")
def story(slurm, tmp_path_factory):
    """One study: a job is cancelled and retried, then Snakemake is killed, then the run goes on as the README says."""
    folder = tmp_path_factory.mktemp("cluster")
    study, variables = study_in(folder / "study"), environment_for(slurm, folder)
    planned = planned_jobs(study.run("-n", *SUBMITTED, **variables))

    log = study.folder / LOGS / "teachers/network/0000.log"
    driver = study.start(*SUBMITTED, **variables)
    try:
        wait_until(log.exists, driver)
        cancelled = wait_until(lambda: training_past_some_epochs(slurm, log), driver)
        slurm.run("scancel", cancelled)
        wait_until(lambda: running(slurm, "rule_export_logits_wildcards_network_boundary_0000"), driver)
    finally:
        if driver.poll() is None:
            os.killpg(driver.pid, signal.SIGKILL)
            driver.wait()
    alive_after_kill = [job for job in slurm.jobs() if job.is_live]

    script = study.folder / "profiles/slurm/cancel_jobs.sh"
    subprocess.run([script], cwd=study.folder, env={**os.environ, **variables}, check=True, timeout=PATIENCE)
    alive_after_recovery = [job for job in slurm.jobs() if job.is_live]
    unlocked = study.run("--cores", "1", "--unlock")
    assert unlocked.returncode == 0, output_of(unlocked)
    finished = study.run(*SUBMITTED, **variables)
    assert finished.returncode == 0, output_of(finished)[-5000:]
    return Story(
        planned=Counter(planned), cancelled=cancelled, alive_after_kill=alive_after_kill,
        alive_after_recovery=alive_after_recovery, jobs=slurm.jobs(), training_log=log.read_text(),
        digests=study.digests(),
    )  # fmt: skip


def test_every_job_of_the_run_ran_under_sbatch(story):
    completed = {job.comment: job.rule for job in story.jobs if job.state == "COMPLETED"}
    assert Counter(completed.values()) == story.planned
    assert {"make_dataset", TRAINING, "export_logits", "fit_linear", "measure", "draw_figure"} < story.planned.keys()
    assert {job.state for job in story.jobs} == {"COMPLETED", "CANCELLED"}


def test_a_job_cancelled_midway_is_submitted_again_with_twice_the_memory_and_time_and_goes_on(story):
    first, second = [job for job in story.jobs if job.rule == TRAINING]
    assert (first.number, first.state, second.state) == (story.cancelled, "CANCELLED", "COMPLETED")
    sizes = PROFILE_FILE["set-resources"][TRAINING]
    for attempt, job in ((1, first), (2, second)):
        assert job.memory == f"{attempt * int(sizes['mem_mb'].split()[0])}M"
        assert job.minutes == attempt * int(sizes["runtime"].split()[0])
    assert "training resumes after epoch" in story.training_log


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
    assert {Path(file).stem for file in story.digests} == {"margin", "imperfect", "correction"}
    assert story.digests == study.digests()


def test_the_profile_sizes_every_rule_but_the_download(tmp_path):
    study = Study.copied_to(tmp_path / "study")
    planned = planned_jobs(study.run("-n"))
    sized = PROFILE_FILE["set-resources"].keys()
    assert planned.keys() - sized == {"all", "fetch_images"}
    assert sized - planned.keys() == {"fit_students"}, "a rule that does not exist"


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
        assert len(slurm.processes()) > 3
    finally:
        slurm.stop()
    assert slurm.processes() == []
    assert files_outside(tmp_path.parent) == before
