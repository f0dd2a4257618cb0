"""The workflow as a user runs it: a copy of the repository, a subprocess, the smoke study on real data."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SMOKE = ["--configfile", "workflow/presets/smoke.yaml"]


class Study:
    """A copy of the repository in which the workflow runs."""

    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def copied_to(cls, folder):
        """Copy what the workflow consists of, without results."""
        folder.mkdir()
        for name in ("src", "workflow", "profiles", "envs"):
            shutil.copytree(
                REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
            )
        for name in ("Snakefile", "config.yaml"):
            shutil.copy2(REPOSITORY / name, folder)
        return cls(folder)

    def environment(self, **variables):
        """The process environment, in which the copy's package comes before the installed one."""
        return {**os.environ, "PYTHONPATH": str(self.folder / "src"), **variables}

    def command(self, *arguments):
        """The command line of one run."""
        return [sys.executable, "-m", "snakemake", *arguments]

    def run(self, *arguments, **variables):
        """Run snakemake to its end."""
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.environment(**variables),
            capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip

    def start(self, *arguments, **variables):
        """Start snakemake in a process group of its own."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=self.environment(**variables),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def digests(self):
        """Digest of the data in every group of the cube."""
        from kdtheory import storage

        files = sorted((self.folder / "results" / "analysis").glob("*.nc"))
        return {file.stem: storage.data_digest(storage.read(file)) for file in files}


def output_of(finished):
    """Everything a finished run printed."""
    return finished.stdout + finished.stderr


def planned_jobs(finished):
    """Rule names of a dry run's job table, with their counts."""
    lines = output_of(finished).splitlines()
    if not any(line.startswith("Job stats:") for line in lines):
        return {}
    start = next(index for index, line in enumerate(lines) if line.startswith("Job stats:")) + 3
    table = {}
    for line in lines[start:]:
        if not line.strip():
            break
        rule, count = line.split()
        table[rule] = int(count)
    table.pop("total", None)
    return table
