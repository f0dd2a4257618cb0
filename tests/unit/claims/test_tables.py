"""No claim is left out of the tables of true and false groups, unless its module has a file of tests of its own."""

from pathlib import Path

from unit.claims.tables import CASES

from kdtheory.claims.registry import claims


def test_every_claim_has_a_table_or_a_test_of_its_module():
    alone = {name for name, claim in claims().items() if Path(__file__).with_name(_test_of(claim)).exists()}
    assert claims().keys() - alone <= set(CASES) <= claims().keys()


def _test_of(claim):
    return f"test_{claim.module.rpartition('.')[2]}.py"
