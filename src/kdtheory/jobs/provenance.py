"""Where a result comes from: package, commit, libraries, device. No wall-clock time."""

import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import kdtheory

REPOSITORY = Path(__file__).resolve().parents[3]


def stamp(*libraries: str, device: str = "cpu") -> dict[str, str | int]:
    """Return the attributes that every stored dataset carries.

    Parameters
    ----------
    *libraries : str
        Distribution names whose versions shaped the result, beside numpy and xarray.
    device : str
        The device the job computed on.
    """
    versions = {name: metadata.version(name) for name in sorted({"numpy", "xarray", *libraries})}
    commit, dirty = commit_and_dirty_flag()
    return {
        "kdtheory_version": kdtheory.__version__,
        "git_commit": commit,
        "git_dirty": dirty,
        "python_version": platform.python_version(),
        "library_versions": json.dumps(versions, sort_keys=True),
        "device": device,
    }


def joined(stamps: list[dict]) -> dict:
    """Return the attributes that several datasets, as a list, have together: different values are joined by " + "."""
    names = ("kdtheory_version", "git_commit", "git_dirty", "python_version", "device")
    found = {name: _together([each[name] for each in stamps]) for name in names}
    versions = [json.loads(each["library_versions"]) for each in stamps]
    libraries = sorted({library for each in versions for library in each})
    together = {name: _together([each[name] for each in versions if name in each]) for name in libraries}
    return {**found, "library_versions": json.dumps(together, sort_keys=True)}


def _together(values):
    different = list(dict.fromkeys(values))
    return different[0] if len(different) == 1 else " + ".join(map(str, different))


def commit_and_dirty_flag() -> tuple[str, int]:
    """Return the commit of the source tree ("unknown" outside a git checkout) and 1 when it has changes, else 0."""
    try:
        commit = _git("rev-parse", "HEAD")
        return commit, int(bool(_git("status", "--porcelain", "--untracked-files=no")))
    except (OSError, subprocess.CalledProcessError):
        return "unknown", 0


def _git(*arguments):
    finished = subprocess.run(
        ["git", "-C", str(REPOSITORY), *arguments], check=True, capture_output=True, text=True, timeout=20
    )
    return finished.stdout.strip()
