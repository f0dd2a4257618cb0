"""Tidy frames, and the means and intervals that seaborn draws from them."""

import numpy as np
import pytest
import xarray as xr

from kdtheory.figures import frames, style
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean

RATIOS, SIZES = [0.0, 0.5, 1.0], [2, 4, 8]


@pytest.fixture
def values():
    drawn = np.random.default_rng(0).gamma(2.0, size=(3, 3, 2, 7, 4))
    drawn[1, 2, 0, 4:] = np.nan
    return xr.DataArray(
        drawn,
        {"n_train": SIZES, "soft_ratio": RATIOS, "loss_scale": ["raw", "t_squared"]},
        dims=("n_train", "soft_ratio", "loss_scale", "world", "run"),
        attrs={"long_name": "angle", "units": "rad"},
    )


def test_a_frame_has_one_row_for_each_place_and_world_and_names_with_units(values):
    frame = frames.tidy(values)
    assert list(frame) == ["n_train", "soft_ratio", "loss_scale", "world", "value"]
    assert len(frame) == 3 * 3 * 2 * 7 - 3
    here = frame.query("n_train == 4 and soft_ratio == 0 and loss_scale == 'raw' and world == 6")
    assert float(here["value"].iloc[0]) == pytest.approx(float(values[1, 0, 0, 6].mean()))
    assert frame.attrs["labels"]["value"] == "angle (rad)"


def test_runs_of_a_single_world_are_kept_where_they_are_the_replicates(values):
    assert len(frames.tidy(values.isel(world=0), "run")) == 3 * 3 * 2 * 4


def test_bars_are_the_intervals_of_the_claims_estimates_and_lines_their_means(values):
    _, axes = style.panels(1)
    palette = style.soft_ratio_colours([0.5, 1.0])
    lines = {"raw": "-", "t_squared": "--"}
    frames.draw_means(axes[0, 0], values, hue="soft_ratio", palette=palette, dash="loss_scale", lines=lines)
    bars = iter(axes[0, 0].containers)
    for ratio, colour in palette.items():
        for scale in lines:
            here = values.sel(soft_ratio=ratio, loss_scale=scale).mean("run").transpose("world", "n_train").values
            container, claimed = next(bars), mean(here)
            assert container.lines[0].get_color() == colour
            np.testing.assert_allclose(np.asarray(container.lines[0].get_ydata(), float), claimed.value)
            ends = np.array([segment[:, 1] for segment in container.lines[2][0].get_segments()])
            np.testing.assert_allclose(ends, np.stack(claimed.interval(), axis=1), rtol=1e-9)
    assert len(axes[0, 0].containers) == 4


def ends_of(axes):
    (bars,) = axes.containers
    return np.array([segment[:, 1] for segment in bars.lines[2][0].get_segments()])


def test_bars_of_draws_of_the_jackknife_are_those_of_their_pooled_estimate(values):
    _, axes = style.panels(1)
    draws = values[:, 0, 0, :, 0].transpose("world", ...)
    frames.draw_means(axes[0, 0], draws, estimate=pooled, color="k")
    np.testing.assert_allclose(ends_of(axes[0, 0]), np.stack(pooled(draws.values).interval(), axis=1), rtol=1e-9)


def test_a_geometric_mean_has_the_interval_of_the_mean_logarithm(values):
    _, axes = style.panels(1)
    here = values[:, 0, 0].mean("run").transpose("world", ...)
    means = frames.draw_means(axes[0, 0], here, geometric=True, color="k")
    claimed = mean(np.log(here.values))
    np.testing.assert_allclose(axes[0, 0].lines[0].get_ydata(), np.exp(claimed.value), rtol=1e-9)
    np.testing.assert_allclose(means.values, np.exp(claimed.value), rtol=1e-9)
    np.testing.assert_allclose(ends_of(axes[0, 0]), np.exp(np.stack(claimed.interval(), axis=1)), rtol=1e-9)


def test_a_range_reaches_from_the_least_to_the_largest_world(values):
    _, axes = style.panels(1)
    here = values[:, 0, 0].mean("run")
    frames.draw_means(axes[0, 0], here, bars="range", color="k")
    (band,) = axes[0, 0].collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((float(here.min()), float(here.max())))


def test_a_level_is_a_mean_with_its_interval():
    _, axes = style.panels(1)
    worlds = xr.DataArray(np.random.default_rng(1).gamma(2.0, size=9), dims="world")
    frames.draw_level(axes[0, 0], worlds, color="k")
    (band,), claimed = axes[0, 0].patches, mean(worlds.values)
    assert axes[0, 0].lines[0].get_ydata() == pytest.approx([float(claimed.value)] * 2)
    low, high = claimed.interval()
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((float(low), float(high)))


def test_means_and_labelled_lines_set_the_range_and_bars_do_not(values):
    _, axes = style.panels(2)
    for axis in axes[0]:
        frames.draw_means(axis, 100 * values[:, 0, 0], color="k")
    axes[0, 1].set_yscale("log")
    means = (100 * values[:, 0, 0]).mean(["world", "run"])
    axes[0, 0].axhline(-50, label="labelled")
    axes[0, 0].axhline(1e6)
    frames.fit_to_means(axes[0, 0])
    frames.fit_to_means(axes[0, 1], margin=0.5)
    high = float(means.max())
    assert axes[0, 0].get_ylim() == pytest.approx((-50 - 0.05 * (high + 50), high + 0.05 * (high + 50)))
    assert axes[0, 1].get_ylim() == pytest.approx(
        (float(means.min()) ** 1.5 / high**0.5, high**1.5 / float(means.min()) ** 0.5)
    )


def test_zero_has_no_height_on_a_logarithmic_axis_and_without_means_the_range_stays():
    _, axes = style.panels(2)
    axes[0, 0].plot([1, 2, 3], [0.0, 0.1, 10.0], label="labelled")
    axes[0, 0].set_yscale("log")
    frames.fit_to_means(axes[0, 0], margin=0.5)
    assert axes[0, 0].get_ylim() == pytest.approx((0.01, 100.0))
    axes[0, 1].plot([1, 2], [np.nan, np.nan], label="labelled")
    before = axes[0, 1].get_ylim()
    frames.fit_to_means(axes[0, 1])
    assert axes[0, 1].get_ylim() == before


def test_a_line_of_each_world_is_drawn(values):
    _, axes = style.panels(1)
    here = values[:, :, 0].mean("run").dropna("world")
    palette = style.soft_ratio_colours(RATIOS)
    frames.draw_worlds(axes[0, 0], frames.tidy(here), "n_train", "value", "soft_ratio", palette)
    drawn = sorted(tuple(line.get_ydata()) for line in axes[0, 0].lines)
    wanted = here.stack(one=["soft_ratio", "world"]).transpose("one", "n_train").values
    np.testing.assert_allclose(drawn, sorted(map(tuple, wanted)))


def test_every_value_that_is_drawn_stands_in_the_legend(values):
    _, axes = style.panels(1)
    palette = style.soft_ratio_colours([0.5, 1.0])
    here = values.sel(loss_scale="raw")
    frames.draw_means(axes[0, 0], here, hue="soft_ratio", palette=palette, names="ρ = {:g}")
    assert axes[0, 0].get_legend_handles_labels()[1] == ["ρ = 0.5", "ρ = 1"]


def test_means_below_the_floor_are_marked_on_it():
    _, axes = style.panels(1)
    values = xr.DataArray([[1e-2], [0.0], [1e-9], [np.nan]], {"n_train": [1, 2, 3, 4]}, dims=("n_train", "world"))
    frames.draw_means(axes[0, 0], values, floor=1e-4, color="k")
    hollow = [line for line in axes[0, 0].lines if line.get_mfc() == "white"]
    marked = {line.get_marker(): (*line.get_xdata(), *line.get_ydata()) for line in hollow}
    assert marked == {"o": (2, 1e-4), "v": (3, 1e-4)}
    np.testing.assert_array_equal(axes[0, 0].lines[0].get_ydata(), [1e-2, np.nan, np.nan])
    axes[0, 0].set_yscale("log")
    assert axes[0, 0].get_ylim()[0] < 1e-4


def test_a_logarithmic_axis_is_refused_on_which_seaborn_would_average_logarithms(values):
    _, axes = style.panels(1)
    axes[0, 0].set_yscale("log")
    with pytest.raises(ValueError, match="logarithmic"):
        frames.draw_means(axes[0, 0], values[:, 0, 0], color="k")
