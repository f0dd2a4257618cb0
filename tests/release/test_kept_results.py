"""README and docs/ show the claims, figures and measurements of this source (make docs-check, before a release)."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from bench import report
from kdtheory.claims.finding import Finding
from kdtheory.claims.registry import NOT_RUN, claims, record
from kdtheory.figures.registry import figures
from kdtheory.jobs import storage
from kdtheory.pages import documents
from kdtheory.pages.sections import sections

REPOSITORY = Path(__file__).parents[2]
FOUND = {field.name for field in fields(Finding)}


@pytest.fixture(scope="module")
def kept():
    return documents.kept_in(REPOSITORY)


def test_the_pages_show_what_is_kept(kept):
    for page, contents in sections(kept).items():
        text = (REPOSITORY / page).read_text(encoding="utf-8")
        assert documents.with_sections(text, contents) == text, f"{page}: run: python -m kdtheory.pages.documents"


def test_the_kept_claims_are_those_that_are_registered(kept):
    assert [entry["id"] for entry in kept["claims"]] == list(claims()), "run: make study docs"


def test_the_kept_claims_say_what_their_declarations_say(kept):
    registered = claims()
    for entry in kept["claims"]:
        declared = record(registered[entry["id"]], Finding(NOT_RUN, registered[entry["id"]].kind, ""))
        expected = {key: value for key, value in json.loads(json.dumps(declared)).items() if key not in FOUND}
        assert {key: entry.get(key) for key in expected} == expected, "run: make study docs"


def test_every_kept_claim_was_run(kept):
    assert [entry["id"] for entry in kept["claims"] if entry["verdict"] == NOT_RUN] == []


def test_every_figure_has_a_small_image_and_no_image_is_left_over():
    images = {path.stem: path.stat().st_size for path in (REPOSITORY / "docs" / "images").glob("*.png")}
    assert images.keys() - {"bench"} == set(figures()), "run: make study docs"
    assert max(images.values()) < 150_000


def test_no_kept_fault_lost_anything(kept):
    faults = kept["reliability"]
    assert faults and all(fault["tried"] == fault["survived"] > 0 == fault["lost"] for fault in faults)


def test_pages_show_the_kept_measurements():
    contents = report.pages(storage.read(REPOSITORY / "docs" / "bench.json")["contests"])
    assert contents
    for page, of_page in contents.items():
        text = (REPOSITORY / page).read_text(encoding="utf-8")
        assert documents.with_sections(text, of_page) == text, "run: make bench-docs"
