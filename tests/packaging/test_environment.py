"""envs/create.sh with Pythons that only write down what they are asked, so that nothing is installed."""

import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
STUB = """#!/bin/sh
# Answers the question for the version; -m venv --clear FOLDER makes a Python like itself.
echo "$*" >> {log}
case "$1 $2" in
    "-c "*) echo {series} ;;
    "-m venv") rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    """A folder of commands, among them only the Pythons that a test puts there, and what they were asked."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("bash", "sh", "grep", "touch", "rm", "mkdir", "cp"):
        (commands / name).symlink_to(f"/bin/{name}")
    return Machine(commands, tmp_path / "asked", tmp_path / "venv")


class Machine:
    def __init__(self, commands, log, folder):
        self.commands, self.log, self.folder = commands, log, folder

    def has(self, name, series):
        path = self.commands / name
        path.write_text(STUB.format(log=self.log, series=series), encoding="utf-8")
        path.chmod(0o755)

    def create(self, *python, **variables):
        command = ["envs/create.sh", str(self.folder), *python]
        environment = {"PATH": str(self.commands), **variables}
        return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)

    def asked(self):
        """What the Pythons were asked but for their version; the list is emptied."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line for line in lines if line.startswith("-m") and "--version" not in line]

    def series(self):
        return subprocess.run([self.folder / "bin" / "python", "-c", ""], capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("series", ["2.7", "3.10", "3.15"])
def test_a_python_that_does_not_fit_is_one_error_before_any_download(machine, series):
    machine.has("mine", series)
    finished = machine.create("mine")
    assert finished.returncode == 1
    assert finished.stderr.startswith(f"error: PYTHON=mine is {series}; name a Python of 3.11, 3.12, 3.13, 3.14")
    assert finished.stderr.count("\n") == 1
    assert machine.asked() == [] and not machine.folder.exists()


def test_a_machine_without_a_fitting_python_is_one_error(machine):
    machine.has("python3", "3.10")
    machine.has("python3.13", "")  # a shim that does not start
    finished = machine.create()
    assert finished.returncode == 1 and finished.stderr.startswith("error: no fitting Python is found; name a")
    assert machine.asked() == []


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        ({"python3.11": "3.11", "python3.12": "3.12", "python3": "3.11"}, "3.12"),
        ({"python3.13": "", "python3.11": "3.11"}, "3.11"),
        ({"python3.10": "3.10", "python3": "3.14"}, "3.14"),
    ],
)
def test_the_newest_python_that_fits_is_taken(machine, there, taken):
    for name, series in there.items():
        machine.has(name, series)
    assert machine.create().returncode == 0
    assert machine.series() == taken


def test_the_environment_keeps_its_python_until_another_is_named(machine):
    machine.has("python3.12", "3.12")
    assert machine.create().returncode == 0
    assert machine.asked()[0] == f"-m venv --clear {machine.folder}"
    machine.has("python3.13", "3.13")
    assert machine.create().stdout == "" and machine.asked() == []
    rebuilt = machine.create("python3.13")
    assert rebuilt.stdout.startswith(f"{machine.folder} (Python 3.12) is built anew with Python 3.13\n")
    assert machine.series() == "3.13"


def test_an_environment_whose_installation_was_interrupted_is_completed(machine):
    machine.has("python3.12", "3.12")
    machine.create()
    (machine.folder / ".installed").unlink()
    machine.asked()
    assert machine.create().returncode == 0
    assert [line.split()[3] for line in machine.asked()] == ["install"] * 3


def test_pins_but_the_package_left_out_are_asked_for(machine):
    machine.has("python3.12", "3.12")
    machine.create(WITHOUT="torch", TORCH_INDEX="an-index")
    _, pins, peer, package = machine.asked()
    assert pins.endswith(f"--requirement {machine.folder}/requirements.txt --extra-index-url an-index")
    assert peer.endswith("--no-deps neural-tangents==0.6.5") and package.endswith("--no-deps --editable .")
    whole = (REPOSITORY / "envs" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = (machine.folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in whole if line not in asked] == [line for line in whole if line.startswith("torch==")]
    assert len(whole) == len(asked) + 1
