"""A user's own teacher and data: one problem file, its checker, and what theory can say of it."""

from kdtheory._facade import facade

__getattr__, __dir__, __all__ = facade(
    __name__,
    {
        "data": ("Problem",),
        "findings": ("Finding", "ProblemError"),
        "files": ("read_problem", "write_problem"),
        "checker": ("check_problem",),
        "diagnosis": ("diagnose",),
        "gradients": ("measure_loss",),
        "conventions": ("CONVENTIONS", "soft_ratio_of"),
    },
)
