"""No claim that declares the class of its verdict rule is left out of the tables of true and false groups."""

from unit.claims.tables import CASES

from kdtheory.claims.registry import claims


def test_every_claim_with_a_class_has_a_table():
    assert {name for name, claim in claims().items() if claim.kind} == set(CASES)
