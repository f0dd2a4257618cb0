from functools import partial

import numpy as np
import xarray as xr

from kdtheory.claims.registry import FAILS


def example(deviation=0.0):
    """Logits of one input that are a cut-off but for a relative deviation."""
    x = np.linspace(-1, 1, 41)
    cutoff = np.sign(x) * np.maximum(1.0, np.abs(5 * x))
    return xr.Dataset(
        {
            "cutoff": (("soft_ratio", "x"), cutoff[None]),
            "effective_logit": (("soft_ratio", "x"), (1 + deviation) * cutoff[None]),
        },
        coords={"x": x, "soft_ratio": [0.5]},
    )


TABLE = {
    "jz20-sec42-cutoff-example": (
        example,
        {
            "larger by more than twice the tolerance": (FAILS, partial(example, 0.3)),
            "smaller by twice the tolerance": (FAILS, partial(example, -0.2)),
        },
    )
}
