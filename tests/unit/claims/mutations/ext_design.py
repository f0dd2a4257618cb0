from functools import partial

from samples.design import design, kernel_design

from kdtheory.claims.registry import FAILS

TABLE = {
    "ext-design-linear-cholesky": (design, {"worse than random": (FAILS, partial(design, pivoted_cholesky=1.5))}),
    "ext-design-linear-largest-margin": (design, {"worse than random": (FAILS, partial(design, largest_margin=1.5))}),
    "ext-design-linear-smallest-margin": (
        design,
        {"better than random": (FAILS, partial(design, smallest_margin=0.5))},
    ),
    "ext-design-linear-steepest": (design, {"worse than random": (FAILS, partial(design, steepest=1.5))}),
    "ext-design-kernel-cholesky": (
        kernel_design,
        {"worse than random": (FAILS, partial(kernel_design, pivoted_cholesky=1.5))},
    ),
    "ext-design-kernel-largest-margin": (
        kernel_design,
        {"worse than random": (FAILS, partial(kernel_design, largest_margin=1.5))},
    ),
    "ext-design-kernel-smallest-margin": (
        kernel_design,
        {"better than random": (FAILS, partial(kernel_design, smallest_margin=0.5))},
    ),
    "ext-design-kernel-steepest": (kernel_design, {"worse than random": (FAILS, partial(kernel_design, steepest=1.5))}),
}
