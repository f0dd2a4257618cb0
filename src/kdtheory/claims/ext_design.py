"""Our own result: design of transfer sets for linear and kernel students (the outlook of PL19 Sec. 6)."""

from kdtheory.claims.design_gains import STATEMENTS, compared_with_random, declared
from kdtheory.claims.registry import claim

# Below, two points more or less decide a student.
_FIRST_SIZE = 8


def _of_linear_students(name):
    @claim(
        f"ext-design-linear-{name}",
        reads=("linear/design",),
        assumes=("datasets.<name>.kappas", "experiments.design.cells.main.pool_points"),
        **declared(name, "linear students, polynomial tasks", "each κ and n"),
    )
    def check(design):
        return compared_with_random(name, design["risk"])

    return check


def _of_kernel_students(name):
    @claim(
        f"ext-design-kernel-{name}",
        reads=("wide/kernel_design",),
        assumes=(
            "experiments.kernel_design.cells.main.pool_points",
            "experiments.kernel_design.cells.main.stopping_epochs",
        ),
        **declared(name, "kernel students, boundary task", f"each n that is a power of 2 from {_FIRST_SIZE} on"),
    )
    def check(design):
        sizes = design["n_train"].values
        return compared_with_random(
            name, design["risk"].sel(n_train=sizes[(sizes >= _FIRST_SIZE) & (sizes & (sizes - 1) == 0)])
        )

    return check


for _name in STATEMENTS:
    _of_linear_students(_name)
    _of_kernel_students(_name)
