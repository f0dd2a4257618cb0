"""Means with their intervals, and data inefficiency, as figures draw them."""

import numpy as np
import pytest
import xarray as xr
from samples.mixing import mixing

from kdtheory.figures import replicates
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean


def test_bars_reach_to_the_ends_of_the_claims_intervals_over_measured_worlds():
    values = np.random.default_rng(0).gamma(2.0, size=(3, 9))
    values[1, 4:] = np.nan
    centre, bars = replicates.mean_and_bars(xr.DataArray(values, dims=("n_train", "world")))
    for row, value, (down, up) in zip(values, centre.values, bars.T, strict=True):
        kept = mean(row[~np.isnan(row)])
        np.testing.assert_allclose([value, value - down, value + up], [kept.value, *kept.interval()], rtol=1e-12)
        assert up > down > 0


@pytest.mark.parametrize(("count", "finite"), [(0, False), (1, False), (2, True)])
def test_a_bar_needs_two_worlds(count, finite):
    values = xr.DataArray([1.0, 2.0, 4.0], dims="world").where(xr.DataArray(np.arange(3), dims="world") < count)
    _, bars = replicates.mean_and_bars(values)
    assert bars.shape == (2, 1) and (bars > 0).all() == finite and np.isfinite(bars).all()


def test_the_interval_for_seaborn_is_the_one_that_bars_show():
    values = np.random.default_rng(3).gamma(2.0, size=12)
    centre, bars = replicates.mean_and_bars(xr.DataArray(values, dims="world"))
    low, high = replicates.interval(values)
    np.testing.assert_allclose([low, high], [float(centre) - bars[0, 0], float(centre) + bars[1, 0]], rtol=1e-12)


def test_inefficiency_by_octave_is_the_one_that_the_analysis_measured():
    group = mixing()
    draws = replicates.inefficiency_by_octave(group)
    assert draws.dims[:2] == ("world", "n_train")
    wanted = group["inefficiency"].transpose("window", ...)
    np.testing.assert_allclose(pooled(draws.values).value, wanted.values, rtol=1e-12)
    middles = np.sqrt(group["window_start"].values * group["window_end"].values)
    np.testing.assert_allclose(draws["n_train"], middles)
