import numpy as np
import pytest
import xarray as xr

from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED, claims


def noise(excess):
    """A group in which the noise adds ``excess`` to the risk of every size, with a spread of 0.01 between sets."""
    values = 0.2 + 0.01 * np.random.default_rng(0).standard_normal((1, 2, 3, 20))
    values[:, 1] += excess
    return xr.Dataset({"risk": (("dim", "noise", "n_train", "world"), values)}, {"noise": [0.0, 0.5]})


@pytest.mark.parametrize(("excess", "verdict"), [(0.05, HOLDS), (-0.05, FAILS), (0.002, UNDECIDED)])
def test_the_risk_with_noise_is_compared_set_by_set(excess, verdict):
    assert claims()["ext-noise-risk"].check(noise(excess)).verdict == verdict
