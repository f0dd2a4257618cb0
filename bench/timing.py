"""What the benchmarks share: alternating rounds, peak memory, and one table with its machine."""

import json
import os
import platform
import resource
import time

import numpy as np
import scipy


def alternate(contenders, rounds=5):
    """Time contenders in turn, after one warm-up round.

    Parameters
    ----------
    contenders : dict of callable
    rounds : int

    Returns
    -------
    dict
        Name → (minimum, median) in seconds.
    """
    seconds = {name: [] for name in contenders}
    for round_ in range(rounds + 1):
        for name, run in contenders.items():
            started = time.perf_counter()
            run()
            if round_:
                seconds[name].append(time.perf_counter() - started)
    return {name: (float(np.min(values)), float(np.median(values))) for name, values in seconds.items()}


def peak_memory():
    """Return the largest resident memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def machine():
    """Return what a time without its machine would hide."""
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return {"processor": platform.machine(), "cores": os.cpu_count(), "threads": threads,
            "python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}  # fmt: skip


def report(title, rows):
    """Print a benchmark's rows under its title, with the machine."""
    print(f"{title}\n  {json.dumps(machine())}")
    for row in rows:
        print("  " + row)
