from functools import partial

from samples.design import design_digits

from kdtheory.claims.registry import FAILS

TABLE = {
    "ext-design-digits-cholesky": (
        design_digits,
        {"worse than random": (FAILS, partial(design_digits, pivoted_cholesky=1.5))},
    ),
    "ext-design-digits-largest-margin": (
        design_digits,
        {"worse than random": (FAILS, partial(design_digits, largest_margin=1.5))},
    ),
    "ext-design-digits-smallest-margin": (
        design_digits,
        {"better than random": (FAILS, partial(design_digits, smallest_margin=0.5))},
    ),
    "ext-design-digits-steepest": (design_digits, {"worse than random": (FAILS, partial(design_digits, steepest=1.5))}),
}
