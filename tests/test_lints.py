"""The lints, each a test."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PYTHON_FILES = ["src", "tests", "bench"]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", *PYTHON_FILES],
        ["ruff", "format", "--check", *PYTHON_FILES],
        ["snakefmt", "--check", "Snakefile", "workflow/Snakefile", "workflow/rules"],
        ["snakemake", "--lint"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_lint_is_clean(command):
    finished = subprocess.run(
        [sys.executable, "-m", *command], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_nothing_that_can_carry_code_is_loaded():
    forbidden = re.compile(r"import (pickle|dill|joblib|shelve|marshal)|torch\.load\(|allow_pickle=True|yaml\.load\(")
    files = [*(REPOSITORY / "src").rglob("*.py"), *(REPOSITORY / "workflow").rglob("*.smk"), REPOSITORY / "Snakefile"]
    assert len(files) > 100
    assert [str(file) for file in files if forbidden.search(file.read_text(encoding="utf-8"))] == []
