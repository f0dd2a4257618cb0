from functools import partial

from samples.losses import losses

from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED

DOMINATES = {
    "errs more by twice the margin": (IN_PART, partial(losses, excess=0.002)),
    "harder": (IN_PART, partial(losses, easier=-0.1)),
    "errors × 50": (UNDECIDED, partial(losses, spread=0.01)),
}
CORRECTS = {"errs more than soft labels": (FAILS, partial(losses, corrected=-0.02))}

TABLE = {
    f"ext-losses-{loss}{suffix}": (losses, mutations)
    for loss in ("confidence", "disagreement", "hinge", "perceptron")
    for suffix, mutations in (("", DOMINATES), ("-corrects", CORRECTS))
} | {"ext-losses-perfect": (losses, {"norms change": (NOT_EQUAL, partial(losses, soft_norm=1.01))})}
