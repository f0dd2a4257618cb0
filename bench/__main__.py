"""Run contests, each in a process of its own, and collect, print and draw what they measured."""

import argparse
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

from bench import contests, drawing, report, requirements
from kdtheory.jobs import storage


def names(full):
    """Return the contests of a run by name."""
    found = sorted(module.name for module in pkgutil.iter_modules(contests.__path__))
    return [name for name in found if full or name not in contests.LONG]


def run(name, full):
    """Run one contest in this process and return its record."""
    from bench.machine import describe

    module = importlib.import_module(f"bench.contests.{name}")
    record = module.measure(full)
    # Afterwards: by now the libraries are loaded, and tell of their threads.
    return {"title": module.__doc__.splitlines()[0].rstrip("."), "full": full, "machine": describe(), **record}


def collect(folder):
    """Return every contest's record in a folder by name."""
    return {path.stem: storage.read(path) for path in sorted(Path(folder).glob("*.json"))}


def _main():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("contest", nargs="*", help="contests to run; all when left out")
    parser.add_argument("--full", action="store_true", help="also the long contests and the large sizes")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder for bench.json and bench/")
    parser.add_argument("--here", action="store_true", help="run the one contest in this process")
    settings = parser.parse_args()
    known = names(full=True)
    unknown = set(settings.contest) - set(known)
    if unknown:
        parser.error(f"unknown contests: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    folder = settings.results / "bench"
    if settings.here:
        (name,) = settings.contest
        storage.write_json(run(name, settings.full), folder / f"{name}.json")
        return
    if problem := requirements.missing(settings.full):
        parser.exit(1, f"{parser.prog}: {problem}\n")
    for name in settings.contest or names(settings.full):
        print(f"{name} …", flush=True)
        options = ["--here", "--results", str(settings.results), *(["--full"] if settings.full else [])]
        subprocess.run([sys.executable, "-m", "bench", name, *options], check=True)
    records = collect(folder)
    storage.write_json({"contests": records}, settings.results / "bench.json")
    drawing.save(records, folder)
    print(report.section(records))


if __name__ == "__main__":
    _main()
