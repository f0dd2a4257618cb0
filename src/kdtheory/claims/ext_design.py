"""Our own result: design of transfer sets for linear students (the outlook of PL19 Sec. 6)."""

from kdtheory.claims.design_gains import STATEMENTS, compared_with_random, declared
from kdtheory.claims.registry import claim


def _of_linear_students(name):
    @claim(
        f"ext-design-linear-{name}",
        reads=("linear/design",),
        assumes=("datasets.polynomial_pool.kappas", "experiments.design.cells.main.pool_points"),
        **declared(name, "linear students, polynomial tasks", "each κ and n"),
    )
    def check(design):
        return compared_with_random(name, design["risk"])

    return check


for _name in STATEMENTS:
    _of_linear_students(_name)
