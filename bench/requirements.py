"""What contests need, asked for before any of them measures: the peers' distributions, at their pins, and memory."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

PEERS = Path(__file__).parents[1] / "envs" / "requirements-bench.txt"
# The study's own distributions that contests use as peers or references.
STUDY = ("jax", "mpmath", "neural-tangents", "scikit-learn", "torch")
# At their peak 8 matrices of 4,000² numbers (1 GiB) beside the libraries; in the full run 4 of 16,384² (8 GiB).
GIBIBYTES, FULL_GIBIBYTES = 3, 10


def missing(full):
    """Return one line that names what a run lacks and the command that brings it, or "" where nothing is missing.

    Parameters
    ----------
    full : bool
        Whether the large sizes are asked for.
    """
    lines = PEERS.read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    absent = [str(need) for need in (*map(Requirement, STUDY), *pins) if not _is_met(need)]
    command = "make bench-full" if full else "make bench"
    if absent:
        return f"not installed: {', '.join(absent)}; `{command}` installs them and runs the contests"
    needed, free = FULL_GIBIBYTES if full else GIBIBYTES, available_gibibytes()
    if free < needed:
        return f"{command} needs {needed} GiB of free memory, and {free:.1f} GiB are free; end other programs first"
    return ""


def available_gibibytes():
    """Return the memory that Linux says new programs can take without swapping."""
    for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 2**20
    raise RuntimeError("/proc/meminfo has no MemAvailable")


def _is_met(need):
    try:
        return version(need.name) in need.specifier
    except PackageNotFoundError:
        return False
