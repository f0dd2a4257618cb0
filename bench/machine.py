"""What a time without its machine would hide: processor, threads, versions."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

from threadpoolctl import threadpool_info

from kdtheory.jobs.provenance import commit_and_dirty_flag

_LIBRARIES = (
    "numpy", "scipy", "jax", "jaxlib", "neural-tangents", "jaxopt", "scikit-learn", "torch", "mpmath",
)  # fmt: skip


def describe():
    """Return the machine, the threads of this process's libraries, the versions and the commit.

    Libraries that the process has not loaded have no threads to tell of.
    """
    commit, dirty = commit_and_dirty_flag()
    threads = {pool["internal_api"]: pool["num_threads"] for pool in threadpool_info()}
    if "torch" in sys.modules:
        threads["torch"] = sys.modules["torch"].get_num_threads()
    if "jax" in sys.modules:
        # XLA's pool has a thread for each core that the process may use.
        threads["xla"] = len(os.sched_getaffinity(0))
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load": round(os.getloadavg()[0], 2),
        "threads": threads,
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in _LIBRARIES},
        "commit": commit,
        "dirty": dirty,
    }


def _processor():
    """The processor's name as Linux tells it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
