"""No claim is left out of the tables of true and false groups."""

from unit.claims.tables import CASES

from kdtheory.claims.registry import claims


def test_every_claim_has_a_table():
    assert set(claims()) == set(CASES)
