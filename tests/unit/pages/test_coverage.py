"""The list of the papers' statements: whole, true to the registered claims and figures, and shown in a table."""

from types import SimpleNamespace

import pytest

from kdtheory.claims.registry import claims
from kdtheory.figures.registry import figures
from kdtheory.pages.coverage import section, statements

ENTRIES = [(paper, entry) for paper, entries in statements().items() for entry in entries]


def listed_claims():
    return [name for _, entry in ENTRIES for name in entry.get("claims", ())]


def test_every_claim_about_a_paper_answers_a_statement():
    about_papers = {name for name in claims() if not name.startswith("ext-")}
    assert about_papers - set(listed_claims()) == set()


def test_every_listed_claim_and_figure_exists():
    assert set(listed_claims()) <= set(claims())
    assert {entry["figure"] for _, entry in ENTRIES if "figure" in entry} <= set(figures())


@pytest.mark.parametrize("entry", [entry for _, entry in ENTRIES], ids=lambda entry: entry["place"])
def test_a_statement_has_an_answer_or_the_reason_why_not(entry):
    assert entry["place"] and entry["states"].endswith(".")
    assert bool(entry.get("claims") or entry.get("figure")) != bool(entry.get("open"))
    assert set(entry) <= {"place", "states", "claims", "figure", "open"}


def test_the_table_counts_settings_and_shows_verdicts():
    declared = {
        "pl19-a": SimpleNamespace(scope="paper", assumes=("datasets.x.kappas",)),
        "ext-b": SimpleNamespace(scope="ours", assumes=()),
    }
    listed = {
        "PL19": [
            {"place": "eq. 1", "states": "One.", "claims": ["pl19-a", "ext-b"]},
            {"place": "eq. 2", "states": "Two.", "claims": ["ext-b"], "figure": "pl19_fig1"},
            {"place": "eq. 3", "states": "Three.", "open": "No data."},
        ]
    }
    text = section(listed, declared, [{"id": "pl19-a", "verdict": "fails"}])
    assert "3 statements: 1 as printed, 1 ours, 1 open." in text
    assert (
        "| 1 | eq. 1 | One. | `pl19-a`: **fails**; `ext-b`: **not kept yet** | as printed; assumed: `kappas` |" in text
    )
    assert "[pl19_fig1](images/pl19_fig1.png)" in text and "| 3 | eq. 3 | Three. | No data. | open |" in text
