from functools import partial

from samples.transfer import transfer

from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED


def tighter_for(kind):
    """A group in which the Rademacher bound is below Theorem 1's for one kind of teacher."""
    return transfer(rademacher=1.2).where(transfer()["teacher_kind"] == kind, transfer())


TABLE = {
    "jz20-sec32-classical": (
        transfer,
        {
            "below Theorem 1": (FAILS, partial(transfer, rademacher=1.2)),
            "both say nothing": (UNDECIDED, partial(transfer, many_bound=1.0, rademacher=1e9)),
            "below it with a linear teacher": (IN_PART, partial(tighter_for, "linear")),
        },
    ),
    "jz20-sec4-norm-bound": (
        transfer,
        {
            "risk × 2": (FAILS, partial(transfer, norm_bounds=0.5)),
            "no informative cell": (UNDECIDED, partial(transfer, norm_bounds=1e9)),
        },
    ),
    "jz20-sec32-rademacher": (
        transfer,
        {
            "risk × 2": (FAILS, partial(transfer, rademacher=0.5)),
            "no informative cell": (UNDECIDED, partial(transfer, rademacher=1e9)),
        },
    ),
}
