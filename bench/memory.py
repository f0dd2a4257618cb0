"""Peak memory of one computation, in a process of its own."""

import argparse
import gc
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def peak_bytes(module, function, *arguments):
    """Return what a computation takes at its peak beyond what its inputs and its libraries had taken before.

    Parameters
    ----------
    module, function : str
        ``module.function(*arguments)`` prepares the inputs and returns a callable; a first call of it warms up (and
        compiles), a second is measured.
    *arguments
        Anything that JSON holds.

    Raises
    ------
    RuntimeError
        The process failed; the message has its error.
    """
    command = [sys.executable, "-m", "bench.memory", module, function, json.dumps(arguments)]
    # Freed arrays go back to the system at once; the allocator would keep those below 32 MB.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}
    finished = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"{module}.{function}{arguments} failed:\n{finished.stderr}")
    return int(finished.stdout.split()[-1])


def measure(run):
    """Return the peak of resident memory during ``run()``, in bytes, less what was resident before."""
    run()
    gc.collect()
    # Linux then counts the peak anew; getrusage's ru_maxrss would remember the compilation and the parent.
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    before = _status("VmRSS")
    result = run()
    peak = _status("VmHWM") - before
    del result
    return peak


def _status(field):
    found = re.search(rf"^{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) * 1024


def _main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("function")
    parser.add_argument("arguments", type=json.loads)
    settings = parser.parse_args()
    prepare = getattr(importlib.import_module(settings.module), settings.function)
    print(measure(prepare(*settings.arguments)))


if __name__ == "__main__":
    _main()
