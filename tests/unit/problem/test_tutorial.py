"""The programs and commands of docs/own-problem.md, as they are printed there."""

import re
import shlex
from pathlib import Path

import pytest

from kdtheory.__main__ import main
from kdtheory.problem import read_problem

PAGE = (Path(__file__).parents[3] / "docs" / "own-problem.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
# What follows needs the repository (tests/workflow/test_own_problem.py).
BEFORE = PAGE.partition("## The whole study on it")[0]
COMMANDS = [shlex.split(line.strip())[1:] for line in re.findall(r"^    (kdtheory .*)$", BEFORE, flags=re.MULTILINE)]


def test_the_program_has_twenty_lines_after_its_imports():
    lines = [line for line in PROGRAMS[0].splitlines() if line and not re.match(r"import|from", line)]
    assert len(lines) <= 20


@pytest.mark.slow
def test_the_programs_and_commands_of_the_page_run(tmp_path, monkeypatch, capsys):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    names = {}
    for program in PROGRAMS:
        exec(compile(program, "docs/own-problem.md", "exec"), names)  # noqa: S102 (the page's own programs)
    printed = capsys.readouterr().out
    assert "0.9931" in printed and "soft_ratio" in printed
    assert "ρ = 0.9000, T = 4" in printed and "the soft term lacks its factor T²" in printed
    assert read_problem("problem.npz").checkpoints.tolist() == [5, 20, 100]
    assert len(COMMANDS) == 3
    for command in COMMANDS:
        assert main(command) == 0
    said = capsys.readouterr().out
    assert re.search(r"The student with hard labels errs on 0\.120", said)
    assert sorted(path.name for path in Path("diagnosis").iterdir()) == [
        "diagnosis.html", "diagnosis.json", "diagnosis.nc",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(set(re.findall(r"^\| (?:`[a-z-]+`(?:, )?)+", BEFORE, flags=re.MULTILINE))))
def test_the_kinds_of_the_page_are_those_of_the_code(kind):
    sources = Path(__file__).parents[3] / "src" / "kdtheory" / "problem"
    text = "".join(path.read_text(encoding="utf-8") for path in sources.glob("*.py"))
    for name in re.findall(r"`([a-z_-]+)`", kind):
        assert f'"{name}"' in text, name
