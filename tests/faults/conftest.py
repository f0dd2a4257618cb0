"""What the tests of faults share."""

import pytest
from faults.studies import SETTINGS, TARGETS, teacher_study
from workflow.snakemake_study import SMOKE, Study, output_of


@pytest.fixture(scope="session")
def short(tmp_path_factory):
    """The finished smoke study of a few experiments, run on two cores."""
    study = Study.short(tmp_path_factory.mktemp("short") / "study")
    finished = study.run(*SMOKE, "--cores", "2")
    assert finished.returncode == 0, output_of(finished)[-5000:]
    return study


@pytest.fixture(scope="session")
def slow_teacher(tmp_path_factory):
    """An undisturbed run of the study whose teacher trains long enough to be killed in."""
    study = teacher_study(tmp_path_factory.mktemp("teacher") / "study")
    finished = study.run(*SETTINGS, "--cores", "2", "--", *TARGETS)
    assert finished.returncode == 0, output_of(finished)[-5000:]
    return study
