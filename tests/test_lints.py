"""The lints, each a test."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]
PYTHON_FILES = ["src", "tests", "bench"]
COMMANDS = [
    ["ruff", "check", *PYTHON_FILES],
    ["ruff", "format", "--check", *PYTHON_FILES],
    ["snakefmt", "--check", "Snakefile", "workflow/Snakefile", "workflow/rules"],
    ["snakemake", "--lint"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_lint_is_clean(command, tmp_path):
    # Results of another preset in the repository are no matter of the lints.
    elsewhere = ["--directory", str(tmp_path)] if command[0] == "snakemake" else []
    finished = subprocess.run(
        [sys.executable, "-m", *command, *elsewhere], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_nothing_that_can_carry_code_is_loaded():
    forbidden = re.compile(r"import (pickle|dill|joblib|shelve|marshal)|torch\.load\(|allow_pickle=True|yaml\.load\(")
    files = [*(REPOSITORY / "src").rglob("*.py"), *(REPOSITORY / "workflow").rglob("*.smk"), REPOSITORY / "Snakefile"]
    assert len(files) > 100
    assert [str(file) for file in files if forbidden.search(file.read_text(encoding="utf-8"))] == []


def test_a_commit_runs_the_same_lints():
    (local,) = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert local["repo"] == "local"
    assert all(hook["language"] == "system" and hook["pass_filenames"] is False for hook in local["hooks"])
    others = ["pytest", f"tests/test_lints.py::{test_nothing_that_can_carry_code_is_loaded.__name__}"]
    hooks = [shlex.split(hook["entry"]) for hook in local["hooks"]]
    assert hooks == [["python", "-m", *command] for command in [*COMMANDS, others]]
