"""Tidy frames, and the means and intervals that seaborn draws from them."""

import numpy as np
import pytest
import xarray as xr

from kdtheory.figures import frames, style
from kdtheory.figures.replicates import half_width
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


def test_bars_are_the_symmetric_intervals_of_the_claims_estimates_and_lines_their_means(values):
    _, axes = style.panels(1)
    palette = style.soft_ratio_colours([0.5, 1.0])
    lines = {"raw": "-", "t_squared": "--"}
    frames.draw_means(axes[0, 0], values, hue="soft_ratio", palette=palette, dash="loss_scale", lines=lines)
    bars = iter(axes[0, 0].containers)
    for ratio, colour in palette.items():
        for scale in lines:
            here = values.sel(soft_ratio=ratio, loss_scale=scale).mean("run").transpose("world", "n_train").values
            container, claimed = next(bars), mean(here)
            low, high = claimed.value - half_width(claimed), claimed.value + half_width(claimed)
            assert container.lines[0].get_color() == colour
            np.testing.assert_allclose(np.asarray(container.lines[0].get_ydata(), float), claimed.value)
            ends = np.array([segment[:, 1] for segment in container.lines[2][0].get_segments()])
            np.testing.assert_allclose(ends, np.stack([low, high], axis=1), rtol=1e-9)
    assert len(axes[0, 0].containers) == 4


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
