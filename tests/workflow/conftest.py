"""The finished smoke study, made once for all workflow tests."""

import pytest
from workflow.snakemake_study import SMOKE, Study, output_of


@pytest.fixture(scope="session")
def smoke(tmp_path_factory):
    """The finished smoke study, run on two cores."""
    study = Study.copied_to(tmp_path_factory.mktemp("smoke") / "study")
    finished = study.run(*SMOKE, "--cores", "2")
    assert finished.returncode == 0, output_of(finished)[-5000:]
    return study
