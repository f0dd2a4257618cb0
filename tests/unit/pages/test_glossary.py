import re
from pathlib import Path

import pytest

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, NOT_RUN, SCOPES, UNDECIDED
from kdtheory.study.schema import schema
from kdtheory.tasks.parts import Part

REPOSITORY = Path(__file__).parents[3]
GLOSSARY = (REPOSITORY / "docs/glossary.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in GLOSSARY.splitlines() if line[:1] == "|"]
TERMS = [row[0] for row in ROWS if row[0] not in ("term", "dimension", "---")]
WHERE = " ".join(row[-1] for row in ROWS)


def test_a_term_has_one_entry():
    assert len(TERMS) > 50
    assert sorted(set(TERMS)) == sorted(TERMS)


@pytest.mark.parametrize("key", schema("study.yaml")["properties"])
def test_every_section_of_the_configuration_is_explained(key):
    assert f"`{key}`" in WHERE


@pytest.mark.parametrize("preset", schema("study.yaml")["properties"]["preset"]["enum"])
def test_every_preset_is_named(preset):
    (row,) = [row for row in ROWS if row[0] == "preset"]
    assert f"`{preset}`" in row[1]


def test_every_verdict_scope_and_part_is_named():
    meaning = {row[0]: row[1] for row in ROWS if len(row) > 2}
    assert all(verdict in meaning["verdict"] for verdict in (HOLDS, IN_PART, FAILS, UNDECIDED, NOT_RUN))
    assert all(f"`{scope}`" in meaning["scope"] or scope in meaning["scope"] for scope in SCOPES)
    assert all(f"{part.name.lower()} ({int(part)})" in meaning["part"] for part in Part)


def test_modules_and_files_that_entries_name_exist():
    modules = set(re.findall(r"`(kdtheory(?:\.[a-z_0-9]+)+)", WHERE)) - {"kdtheory.open_cube"}
    assert len(modules) > 15
    for module in modules:
        path = REPOSITORY / "src" / module.replace(".", "/")
        parent = path.parent.with_suffix(".py")
        assert path.is_dir() or path.with_suffix(".py").exists() or f"def {path.name}" in parent.read_text(), module
