"""What the tests of faults share."""

import pytest
from faults.studies import SETTINGS, TARGETS, teacher_study
from workflow.snakemake_study import SMOKE, Study


@pytest.fixture(scope="session")
def short(tmp_path_factory):
    """The finished smoke study of a few experiments, run on two cores."""
    return Study.short(tmp_path_factory.mktemp("short") / "study").finish(*SMOKE, "--cores", "2")


@pytest.fixture(scope="session")
def slow_teacher(tmp_path_factory):
    """An undisturbed run of the study whose teacher trains long enough to be killed in."""
    return teacher_study(tmp_path_factory.mktemp("teacher") / "study").finish(*SETTINGS, "--cores", "2", "--", *TARGETS)
