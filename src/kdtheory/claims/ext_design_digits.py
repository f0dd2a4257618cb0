"""Our own result: design of transfer sets for linear students of MNIST digits (the outlook of PL19 Sec. 6)."""

from kdtheory.claims.design_gains import STATEMENTS, compared_with_random, declared
from kdtheory.claims.registry import claim


def _of_digits(name):
    @claim(
        f"ext-design-digits-{name}",
        reads=("linear/design_digits",),
        assumes=("experiments.design_digits.cells.main.pool_points",),
        **declared(name, "linear students, MNIST digits 0 and 1", "each n"),
    )
    def check(design):
        return compared_with_random(name, design["risk"])

    return check


for _name in STATEMENTS:
    _of_digits(_name)
