"""Every claim sees that its statement is true, and that it is false where a group is changed a little.

``mutations/<module>.py`` holds a ``TABLE`` for each module of claims: for each claim a function that makes the groups
in which its statement is true, and by name the verdicts on, and functions that make, groups in which it is false.
Functions return a group, or a tuple of groups.
"""

import json
import math

import pytest
from unit.claims.tables import CASES, MODULES, TABLES

from kdtheory.claims.finding import EQUAL, IDENTITY, KINDS
from kdtheory.claims.registry import HOLDS, SCOPES, claims, record

CLAIMS = claims()
MUTATIONS = [(name, words) for name, (_, mutations) in CASES.items() for words in mutations]


def found(name, make):
    groups = make()
    return CLAIMS[name].check(*(groups if isinstance(groups, tuple) else (groups,)))


def true_verdict(name):
    return EQUAL if CLAIMS[name].kind == IDENTITY else HOLDS


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_true_statement_holds_and_the_declaration_is_kept(name):
    claim, finding = CLAIMS[name], found(name, CASES[name][0])
    assert finding.verdict == true_verdict(name), finding.reason
    assert finding.kind == claim.kind in KINDS
    assert claim.scope in SCOPES and (claim.scope == "ours") == name.startswith("ext-")
    assert finding.error_rate == pytest.approx(claim.error_rate or 0.0)
    assert [part for part, _ in finding.parts] == list(claim.parts)
    assert finding.cells == finding.shown > 0 == finding.refuted
    if claim.error_rate:
        low, high = finding.interval
        assert low <= finding.estimate <= high
        assert finding.worlds >= 2


@pytest.mark.slow
@pytest.mark.parametrize(("name", "words"), MUTATIONS)
def test_a_changed_group_changes_the_verdict(name, words):
    verdict, make = CASES[name][1][words]
    assert verdict != true_verdict(name)
    finding = found(name, make)
    assert finding.verdict == verdict, finding.reason


@pytest.mark.parametrize("module", MODULES)
def test_every_claim_of_a_module_has_a_group_in_which_it_is_false(module):
    declared = {name for name, claim in CLAIMS.items() if claim.module == f"kdtheory.claims.{module}"}
    assert {name for name, (_, mutations) in TABLES[module].items() if mutations} == declared


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_claim_makes_a_complete_record(name):
    claim = CLAIMS[name]
    for make in (CASES[name][0], *(make for _, make in CASES[name][1].values())):
        entry = record(claim, found(name, make))
        assert all(entry[key] for key in ("statement", "reading", "quantity", "test", "figure", "verdict", "reason"))
        assert "nan" not in entry["reason"]
        for value in (entry["estimate"], *(entry["interval"] or ())):
            assert value is None or math.isfinite(value)
        json.dumps(entry, allow_nan=False)
