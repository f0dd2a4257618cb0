"""The workflow as a user runs it: a copy of the repository, a subprocess, the smoke study on real data."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[2]
SMOKE = ["--configfile", "workflow/presets/smoke.yaml"]
# Where a run of it has its files.
RESULTS, LOGS = "results/smoke", "logs/smoke"
# Few experiments that have jobs of every stage, images and a network teacher among them: what is run several times.
SHORT = ("angle_law", "bias", "convergence", "kernel_transfer", "margin", "mixing", "stopping")


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

    @classmethod
    def short(cls, folder, experiments=SHORT):
        """Copy the workflow, and leave only some experiments in its configuration."""
        study = cls.copied_to(folder)
        for path in (folder / "config.yaml", folder / "workflow/presets/smoke.yaml"):
            config = yaml.safe_load(path.read_text())
            config["experiments"] = {
                name: block for name, block in config["experiments"].items() if name in experiments
            }
            # In another order the cells would stand in another order in the cube.
            path.write_text(yaml.safe_dump(config, sort_keys=False))
        return study

    def environment(self, **variables):
        """The process environment, in which the copy's package and this Python come before the installed ones."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONPATH": str(self.folder / "src"), **variables}

    def command(self, *arguments):
        """The command line of one run."""
        return [sys.executable, "-m", "snakemake", *arguments]

    def run(self, *arguments, **variables):
        """Run snakemake to its end."""
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.environment(**variables),
            capture_output=True, text=True, check=False, timeout=2700,
        )  # fmt: skip

    def finish(self, *arguments, **variables):
        """Run snakemake to its end, which must be a good one, and return the study."""
        finished = self.run(*arguments, **variables)
        assert finished.returncode == 0, output_of(finished)[-5000:]
        return self

    def start(self, *arguments, **variables):
        """Start snakemake in a process group of its own."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=self.environment(**variables),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def resume(self, *arguments):
        """Go on after a run was killed, as the README says: unlock the folder, then run again."""
        unlocked = self.run(*SMOKE, "--cores", "1", "--unlock")
        assert unlocked.returncode == 0, output_of(unlocked)
        return self.start(*SMOKE, *arguments)

    def kill(self, driver):
        """Kill the driver and all its jobs at once, by SIGKILL, and wait until no process of theirs is left."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
        deadline = time.monotonic() + 60
        while processes := self.processes():
            assert time.monotonic() < deadline, f"processes {processes} outlive the driver"
            time.sleep(0.05)

    def processes(self):
        """Process ids of all that works in this folder."""
        found = []
        for link in Path("/proc").glob("[0-9]*/cwd"):
            with contextlib.suppress(OSError):
                if link.resolve().is_relative_to(self.folder):
                    found.append(int(link.parent.name))
        return found

    def files(self, *patterns):
        """Files of the smoke study's results that match, unfinished ones left out."""
        results = self.folder / RESULTS
        return sorted(path for pattern in patterns for path in results.glob(pattern) if path.name[0] != ".")

    def digests(self, pattern="analysis/*.nc"):
        """Digest of the data in every stored dataset or checkpoint that matches."""
        return {str(file.relative_to(self.folder)): data_digest_of(file) for file in self.files(pattern)}

    def contents(self):
        """What the study found: digests of the data of every stage, the claims, and the figures byte for byte."""
        stored = {}
        for pattern in ("*/**/*.nc", "*/**/*.safetensors"):
            stored |= self.digests(pattern)
        exact = self.files("claims/*.json", "claims.*", "figures/*")
        return stored | {str(file.relative_to(self.folder)): digest_of(file) for file in exact}


def data_digest_of(file):
    """Digest of the data in a stored dataset or checkpoint, whatever its provenance."""
    import xarray as xr

    from kdtheory.jobs import storage

    content = storage.read(file)
    if isinstance(content, dict):
        content = xr.Dataset({name: ([f"{name}_{axis}" for axis in range(a.ndim)], a) for name, a in content.items()})
    return storage.data_digest(content)


def digest_of(file):
    """The sha256 of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def output_of(finished):
    """Everything a finished run printed."""
    return finished.stdout + finished.stderr


def planned_jobs(finished):
    """Rule names of a dry run's job table, with their counts; none only where it says that nothing is to be done."""
    assert finished.returncode == 0, output_of(finished)
    lines = output_of(finished).splitlines()
    if any(line.startswith("Nothing to be done") for line in lines):
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
