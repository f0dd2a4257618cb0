import numpy as np
import pytest
import xarray as xr
from scipy import stats

from kdtheory.figures import style
from kdtheory.figures.pl19_fig5 import _wilson
from kdtheory.figures.replicates import interval


def test_mean_and_error_agree_with_a_loop_over_measured_worlds():
    values = np.random.default_rng(0).standard_normal((3, 9))
    values[1, 4:] = np.nan
    mean, error = style.mean_and_half_width(xr.DataArray(values, dims=("n_train", "world")), "world")
    for row, centre, half_width in zip(values, mean.values, error.values, strict=True):
        kept = row[~np.isnan(row)]
        low, high = stats.t.interval(0.95, kept.size - 1, kept.mean(), stats.sem(kept))
        np.testing.assert_allclose([centre - half_width, centre + half_width], [low, high], rtol=1e-12)


@pytest.mark.parametrize(("count", "finite"), [(0, False), (1, False), (2, True)])
def test_an_interval_needs_two_worlds(count, finite):
    values = xr.DataArray([[1.0, 2.0, 4.0]], dims=("n_train", "world")).where(
        xr.DataArray(np.arange(3), dims="world") < count
    )
    assert np.isfinite(style.mean_and_half_width(values, "world")[1].values) == [finite]


@pytest.mark.parametrize(
    ("arrays", "floor"),
    [
        (([3e-5, 1.0],), 1e-5),
        (([0.0, np.nan],), 1.0),
        (([1e-3],), 1e-3),
        (([1e-30, 0.1],), 1e-12),
        (([0.2], [0.04]), 1e-2),
    ],
)
def test_the_floor_is_the_power_of_ten_at_or_below_the_data(arrays, floor):
    assert style.floor_of(*arrays) == pytest.approx(floor, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (0.0123, "0.012"), (179.4, "180"), (1.2e-7, r"$1.2 \cdot 10^{-7}$"), (-2.4e6, r"$-2.4 \cdot 10^{6}$")],
)
def test_a_number_has_two_digits(value, words):
    assert style.number(value) == words


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (3, 10), (10, 10), (690, 1000)])
def test_wilsons_interval_agrees_with_scipy(hits, count):
    expected = stats.binomtest(hits, count).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose(_wilson(hits / count, count), expected, atol=1e-6)


def test_ordered_values_get_distinct_colours():
    assert len(set(style.shades([1, 2, 3, 4]).values())) == 4
    assert len(style.shades([1])) == 1


def test_the_interval_for_seaborn_is_the_one_that_bars_show():
    values = np.random.default_rng(3).gamma(2.0, size=12)
    mean, error = style.mean_and_half_width(xr.DataArray(values, dims="world"), "world")
    np.testing.assert_allclose(interval(values), [float(mean - error), float(mean + error)], rtol=1e-12)
