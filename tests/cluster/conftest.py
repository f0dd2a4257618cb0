"""A real Slurm, started once for all tests of the cluster."""

import pytest
from cluster.local_slurm import LocalSlurm, files_outside
from cluster.obstacles import obstacle


@pytest.fixture(scope="session")
def machine():
    """Skip, with the reason, where no Slurm can be started."""
    reason = obstacle()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="module")
def slurm(machine, tmp_path_factory):
    """A Slurm of one node that has one (pretended) GPU; when it is stopped, nothing of it is left."""
    before = files_outside(tmp_path_factory.getbasetemp())
    slurm = LocalSlurm(tmp_path_factory.mktemp("machine") / "slurm")
    try:
        slurm.start()
        yield slurm
    finally:
        slurm.stop()
    assert slurm.processes() == []
    assert files_outside(tmp_path_factory.getbasetemp()) == before
