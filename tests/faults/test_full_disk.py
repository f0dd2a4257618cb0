"""A disk that is full: what fits is whole, the rest is named, and with room the run goes on to the same results."""

import os
import resource
import subprocess
import sys

import pytest
from faults.studies import TARGETS, agrees
from workflow.snakemake_study import RESULTS, SMOKE, Study, output_of

from kdtheory.jobs.verify import verify

ANSWER = "what was written is whole, what failed says why; with room, the same command gives the same data"


def mount(*arguments):
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes, mounted on an empty folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)).returncode != 0:
        pytest.skip("a small disk can be mounted by root only; the limit on a file's size is tested in its place")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing(short, tmp_path, small_disk, faults):
    study = Study.short(tmp_path / "study")
    with faults.survives("a full disk under the whole working folder", ANSWER):
        command = ["--directory", str(small_disk), "--cores", "2", "--", *TARGETS]
        failed = study.run(*SMOKE, *command)
        assert failed.returncode != 0
        assert "no space left" in output_of(failed).lower()
        whole, damaged = verify(small_disk / RESULTS)
        assert whole and not damaged

        assert mount("-o", "remount,size=200m", str(small_disk)).returncode == 0
        finished = study.run(*SMOKE, *command)
        assert finished.returncode == 0, output_of(finished)[-5000:]
        assert agrees(Study(small_disk).contents(), short.contents(), TARGETS)


def test_a_limit_on_the_size_of_files_loses_nothing(short, tmp_path, faults):
    study = Study.short(tmp_path / "study")
    with faults.survives("a write that fails midway (limit on a file's size)", ANSWER):
        failed = subprocess.run(
            [sys.executable, "-m", "snakemake", *SMOKE, "--cores", "2", "--", *TARGETS], cwd=study.folder,
            env=study.environment(), capture_output=True, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY)),
        )  # fmt: skip
        assert failed.returncode != 0
        assert "File too large" in output_of(failed)
        whole, damaged = verify(study.folder / RESULTS)
        assert whole and not damaged
        assert not list((study.folder / RESULTS).rglob(".*-*")), "an unfinished file is removed"

        finished = study.run(*SMOKE, "--cores", "2", "--", *TARGETS)
        assert finished.returncode == 0, output_of(finished)[-5000:]
        assert agrees(study.contents(), short.contents(), TARGETS)
