from dataclasses import asdict

import pytest

from kdtheory.claims.finding import (
    BOUND,
    EQUAL,
    IDENTITY,
    KINDS,
    LAW,
    NOT_EQUAL,
    ORDER,
    VALUE,
    Finding,
    expected_errors,
    in_parts,
    tally,
)
from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED

WARM, COLD = "T > 1", "T ≤ 1"


def found(verdict, **changed):
    return Finding(verdict, ORDER, "seen", 0.05, cells=4, shown=3, **changed)


@pytest.mark.parametrize(
    ("warm", "cold", "whole"),
    [
        (HOLDS, HOLDS, HOLDS),
        (HOLDS, FAILS, IN_PART),
        (FAILS, HOLDS, IN_PART),
        (FAILS, FAILS, FAILS),
        (HOLDS, UNDECIDED, UNDECIDED),
        (FAILS, UNDECIDED, UNDECIDED),
        (EQUAL, HOLDS, HOLDS),
        (EQUAL, NOT_EQUAL, IN_PART),
    ],
)
def test_declared_parts_have_their_own_verdicts(warm, cold, whole):
    parts = {WARM: found(warm), COLD: found(cold)}
    together = in_parts((WARM, COLD), parts)
    assert together.verdict == whole
    assert together.parts == tuple(parts.items())
    assert together.reason == f"{WARM}: {warm}, seen; {COLD}: {cold}, seen"


def test_the_parts_add_up_and_the_least_clear_one_gives_the_numbers():
    warm = found(HOLDS, estimate=1.0, p_value=0.01, worlds=20)
    cold = found(UNDECIDED, estimate=0.1, p_value=0.3, worlds=8, worlds_needed=70)
    together = in_parts((WARM, COLD), {COLD: cold, WARM: warm})
    assert (together.estimate, together.p_value, together.worlds, together.worlds_needed) == (0.1, 0.3, 8, 70)
    assert (together.cells, together.shown, together.error_rate) == (8, 6, 0.1)
    assert [name for name, _ in together.parts] == [WARM, COLD]


@pytest.mark.parametrize(("declared", "names"), [((WARM, COLD), (WARM,)), ((WARM,), (WARM,)), ((WARM, COLD), "ab")])
def test_parts_that_were_not_declared_are_refused(declared, names):
    with pytest.raises(ValueError, match="are declared"):
        in_parts(declared, {name: found(HOLDS) for name in names})


def test_the_errors_to_expect_are_the_sum_of_the_rates():
    assert expected_errors([found(HOLDS), found(FAILS), Finding(EQUAL, IDENTITY, "seen")]) == pytest.approx(0.1)


def test_the_share_is_that_of_the_cells_in_which_the_statement_was_shown():
    assert found(UNDECIDED).share == 0.75
    assert str(Finding(UNDECIDED, ORDER, "seen").share) == "nan"


def test_a_finding_is_a_record_with_its_parts():
    content = asdict(in_parts((WARM, COLD), {WARM: found(HOLDS), COLD: found(FAILS)}))
    assert [(name, part["verdict"]) for name, part in content["parts"]] == [(WARM, HOLDS), (COLD, FAILS)]
    assert content["kind"] in KINDS


def test_the_tally_counts_scopes_and_identities_apart():
    entries = [
        {"kind": kind, "scope": scope, "verdict": verdict}
        for kind, scope, verdict in (
            (ORDER, "paper", HOLDS), (BOUND, "paper", FAILS), (ORDER, "paper", HOLDS), (VALUE, "reading", UNDECIDED),
            (LAW, "ours", FAILS), (IDENTITY, "paper", EQUAL),
        )
    ]  # fmt: skip
    assert tally(entries) == [
        "3 as printed: 2 holds, 1 fails",
        f"1 readings of the papers: 1 {UNDECIDED}",
        "1 our own statements: 1 fails",
        f"1 identities, which check the code: 1 {EQUAL}",
    ]
