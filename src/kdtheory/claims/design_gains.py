"""What the claims about designed transfer sets share: their statements and the comparison with random sets."""

from kdtheory.claims.draws import worlds_of
from kdtheory.claims.finding import ORDER
from kdtheory.claims.rules import ERROR_RATE, order
from kdtheory.statistics.means import mean

# By the name in a claim's id: the design, whether its risk is lower than that of random points, and the words for it.
# What theory lets expect of linear students (docs/methods.md) is asked of all students alike.
STATEMENTS = {
    "cholesky": (
        "pivoted_cholesky", True, "Points of pivoted Cholesky, which asks no teacher, have a lower risk than random"
    ),
    "largest-margin": (
        "largest_margin", True, "Points of which the teacher is the surest have a lower risk than random"
    ),
    "smallest-margin": (
        "smallest_margin", False, "Points of which the teacher is the least sure have a higher risk than random"
    ),
    "steepest": (
        "steepest", True, "Points by which the angle to the teacher falls the most have a lower risk than random"
    ),
}  # fmt: skip


def declared(name, students, cells):
    """Return the declaration of one of `STATEMENTS` for some students; ``cells`` names what each n is crossed with."""
    lower, words = STATEMENTS[name][1:]
    return {
        "section": "6",
        "statement": f"{words}, at every n ({students}).",
        "quantity": f"{'fall' if lower else 'rise'} of the mean risk from random points to these, of one pool, {cells}",
        "test": "one-sided paired t-test over worlds in each case",
        "figure": "ext_transfer_design",
        "error_rate": ERROR_RATE,
        "scope": "ours",
        "kind": ORDER,
    }


def compared_with_random(name, risk):
    """Return the finding on one of `STATEMENTS`.

    Parameters
    ----------
    name : str
    risk : xarray.DataArray
        With the dimensions ``design``, ``n_train``, ``world`` and perhaps one more.
    """
    design, lower, _ = STATEMENTS[name]
    dims = [dim for dim in risk.dims if dim not in ("design", "world")]
    random, designed = (worlds_of(risk.sel(design=which, drop=True), *dims) for which in ("random", design))
    sizes = risk["n_train"].values
    means = (
        risk.sel(design=which).mean([dim for dim in risk.dims if dim not in ("design", "n_train")]).values
        for which in ("random", design)
    )
    shown = ", ".join(f"{b:.2g} for {a:.2g} (n = {n})" for a, b, n in zip(*means, sizes, strict=True))
    gains = random - designed if lower else designed - random
    return order(mean(gains), reason=f"mean risk {shown}")
