from functools import partial

from samples.plateaus import plateaus

from kdtheory.claims.registry import FAILS, UNDECIDED

SETTLED = partial(plateaus, early=0.0)
SHIFTED = {
    "higher by twice the tolerance": (FAILS, partial(SETTLED, 0.1)),
    "lower by twice the tolerance": (FAILS, partial(SETTLED, -0.1)),
    "higher by 0.2": (FAILS, partial(SETTLED, 0.2)),
    "higher by 0.2, errors × 150, three worlds": (UNDECIDED, partial(SETTLED, 0.2, noise=0.3, worlds=3)),
    "errors × 100": (UNDECIDED, partial(SETTLED, noise=0.2)),
}

TABLE = {f"ext-plateau-{name}": (SETTLED, SHIFTED) for name in ("random-labels", "jump", "smooth", "kinked", "nngp")}
TABLE |= {
    "ext-plateau-approach": (
        plateaus,
        {
            "moving away": (FAILS, partial(plateaus, 0.3, early=-0.2)),
            "there from the start": (UNDECIDED, SETTLED),
            "errors × 150, three worlds": (UNDECIDED, partial(plateaus, noise=0.3, worlds=3)),
        },
    ),
    "ext-plateau-depth": (
        SETTLED,
        {
            "rising by four times the tolerance": (FAILS, partial(SETTLED, depth_spread=0.2)),
            "errors × 100": (UNDECIDED, partial(SETTLED, noise=0.2)),
        },
    ),
    "ext-plateau-order": (
        SETTLED,
        {
            "order reversed": (FAILS, partial(SETTLED, reverse=True)),
            "errors × 500": (UNDECIDED, partial(SETTLED, noise=1.0)),
        },
    ),
}
