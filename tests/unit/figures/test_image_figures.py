"""Figures of images and of finite width, drawn from the made-up groups that the claims are tried on."""

import re
from functools import partial

import numpy as np
import pytest
import xarray as xr
from samples.finite_width import STEPS, WIDTHS, finite_width
from samples.image_distillation import EPOCHS, KERNEL, RESNET, SIZES, distillation
from samples.image_transfer import transfer
from samples.lines import lines_of

from kdtheory.claims.jz20_image_transfer import counted
from kdtheory.claims.width_draws import width_slopes
from kdtheory.figures import (
    ext_finite_width,
    ext_optimiser_confound,
    image_panels,
    jz20_fig5_resnets,
    jz20_s2_power_law,
    registry,
    replicates,
    style,
)
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import count_slopes_by_world

GROUPS = {
    "images/kernel_distillation": partial(distillation, KERNEL),
    "images/resnet_distillation": partial(distillation, RESNET),
    "images/kernel_transfer": partial(transfer, KERNEL),
    "images/resnet_transfer": partial(transfer, RESNET),
    "wide/finite_width": finite_width,
}
MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (ext_finite_width, ext_optimiser_confound, jz20_fig5_resnets, jz20_s2_power_law)
}
each_figure = pytest.mark.parametrize("name", MODULES)


def drawn(name, *groups):
    module = MODULES[name]
    figure = style.styled(module.draw)(*(groups or [GROUPS[group]() for group in module.FIGURE.reads]))
    figure.canvas.draw()
    return figure


def words(figure):
    return " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


def panel():
    _, axes = style.panels(1)
    return axes[0, 0]


@pytest.mark.slow
@each_figure
@pytest.mark.filterwarnings("error")
def test_a_figure_has_no_empty_panel_and_declares_itself(name):
    figure = drawn(name)
    for axes in figure.axes:
        assert (
            (axes.lines or axes.containers) and axes.get_xlabel() and axes.get_ylabel() and axes.get_title(loc="left")
        )
        assert np.all(np.isfinite([*axes.get_xlim(), *axes.get_ylim()]))
    assert registry.figures()[name] is MODULES[name].FIGURE
    assert not re.search(r"\b(nan|inf)\b", words(figure))


@each_figure
@pytest.mark.filterwarnings("error")
def test_a_figure_is_drawn_from_the_least_that_a_small_preset_makes(name):
    groups = [GROUPS[group]() for group in MODULES[name].FIGURE.reads]
    least = {
        "world": [0],
        "run": [0],
        "width": [0, 1],
        "n_train": [0, 1],
        "stopping_epoch": [0],
    }
    figure = drawn(name, *(group.isel(least, missing_dims="ignore") for group in groups))
    assert not re.search(r"\b(nan|inf)\b", words(figure))


@pytest.mark.slow
def test_drawing_twice_gives_the_same_bytes(tmp_path):
    for copy in "ab":
        style.save(drawn("ext_optimiser_confound"), tmp_path / f"{copy}.svg", tmp_path / f"{copy}.png", "smoke")
    for suffix in ("svg", "png"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_accuracy_is_drawn_at_the_largest_size_as_a_mean_over_worlds():
    group, axes = distillation(KERNEL), panel()
    image_panels.draw_accuracy(axes, group.isel(soft_ratio=slice(None, None, -1)), "Students")
    (line,) = lines_of(axes, "epoch 2")
    mean = group["accuracy"].sel(stopping_epoch=2, n_train=4000).mean(["world", "run"])
    assert line.get_xdata() == pytest.approx(group["soft_ratio"].values)
    assert line.get_ydata() == pytest.approx(mean.values)
    dotted = [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == ":"]
    assert dotted == pytest.approx(group["teacher_accuracy"].mean("world").values)


def test_the_change_is_taken_from_soft_labels_of_the_same_world():
    group, axes = distillation(KERNEL), panel()
    group["accuracy"] = group["accuracy"] + 10.0 * group["world"]
    image_panels.draw_change(axes, group, "Students")
    (line,) = lines_of(axes, "epoch 1")
    (bars,) = [bars for bars in axes.containers if bars.lines[0].get_color() == line.get_color()]
    assert bars.lines[0].get_ydata() == pytest.approx([5, 10, 10, 0], abs=0.5)
    # The worlds differ by 10 in what all ratios share, which a paired interval does not see.
    heights = [np.ptp(segment[:, 1]) for segment in bars.lines[2][0].get_segments()]
    assert max(heights) < 2


def test_agreement_is_drawn_beside_the_share_to_reach_and_told_in_the_title():
    group = distillation(RESNET, agreement=0.8)
    axes = drawn("jz20_fig5_resnets", group).axes[2]
    students = group["agreement"].sel(loss_scale="curvature")
    for epoch in EPOCHS:
        (line,) = lines_of(axes, f"epoch {epoch}")
        expected = students.sel(stopping_epoch=epoch).mean(["world", "run"])
        assert line.get_ydata() == pytest.approx(expected.values)
    (line,) = lines_of(axes, "to reach")
    assert set(line.get_ydata()) == {0.95}
    means = students.mean(["world", "run"])
    assert f"agreement {float(means.min()):.2f} to {float(means.max()):.2f}" in words(axes.figure)


def test_power_laws_have_the_slopes_of_the_claims_world():
    figure = drawn("jz20_s2_power_law")
    left, middle, right = figure.axes
    for axes in (left, right):
        assert [float(label.split(": ")[1][1:5]) for label in axes.get_legend_handles_labels()[1]] == pytest.approx(
            [0.2, 0.25, 0.3, 0.5], abs=0.03
        )
    (soft,) = lines_of(middle, "ρ = 1")
    assert soft.get_ydata() == pytest.approx([-0.5] * 3, abs=0.03)
    for line in (line for line in left.lines if line.get_linestyle() == "--"):
        slope = np.polyfit(np.log(line.get_xdata()), np.log(line.get_ydata()), 1)[0]
        assert -0.53 < slope < -0.17


def test_a_risk_of_zero_is_marked_on_the_floor():
    group = transfer(RESNET)
    group["risk"].loc[{"n_train": SIZES[-1]}] = 0.0
    right = drawn("jz20_s2_power_law", transfer(KERNEL), group).axes[2]
    hollow = [line for line in right.lines if line.get_markerfacecolor() == "white"]
    assert len(hollow) == group.sizes["soft_ratio"]
    assert all(line.get_ydata()[0] >= right.get_ylim()[0] for line in hollow)


def test_slopes_in_width_are_those_of_the_claims():
    group = finite_width()
    group["kernel_distance"] = group["kernel_distance"].where(group["width"] >= 256, 7.0)
    found, _ = width_slopes(group["kernel_distance"])
    slope = replicates.slope_in_words((float(found.value), float(found.upper(0.975) - found.value)))
    assert f"slope {slope}" in words(drawn("ext_finite_width", group))


def test_training_is_drawn_from_the_first_step_on_as_long_as_it_went():
    group = finite_width()
    drift = drawn("ext_finite_width", group).axes[7]
    for width in WIDTHS:
        (line,) = lines_of(drift, f"width {width}")
        mean = group["kernel_drift"].sel(width=width, n_train=128, soft_ratio=1.0).mean("world")
        trained = mean.sel(step=mean["step"] > 0).dropna("step")
        assert line.get_xdata() == pytest.approx(trained["step"].values)
        assert line.get_ydata() == pytest.approx(trained.values)
    assert line.get_xdata()[0] == STEPS[1] and line.get_xdata()[-1] < STEPS[-1]


def test_the_confound_is_drawn_where_both_losses_were_run():
    group = distillation(RESNET)
    left, right = drawn("ext_optimiser_confound", group).axes
    cells = group.sel(stopping_epoch=1, soft_ratio=[0.3, 1.0])
    for axes, name in ((left, "accuracy"), (right, "agreement")):
        for loss, label in (("raw", "plain loss"), ("curvature", "loss / curvature")):
            (line,) = lines_of(axes, label)
            means = cells[name].sel(loss_scale=loss).mean(["world", "run"])
            assert line.get_ydata() == pytest.approx(means.values)
        assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.3", "1"]


def test_slopes_of_the_legend_are_those_of_the_claims():
    group = transfer(KERNEL)
    group["test_points"][2:] = 500
    claim = pooled(count_slopes_by_world(np.log(SIZES), counted(group)))
    left = drawn("jz20_s2_power_law", group, transfer(RESNET)).axes[0]
    shown = [label.split(": ")[1].split(" ± ") for label in left.get_legend_handles_labels()[1]]
    for (value, width), slope in zip(shown, claim[:, len(EPOCHS) - 1].value, strict=True):
        assert float(value.replace("−", "-")) == pytest.approx(slope, abs=0.005) and float(width) < 0.1


def test_replicates_are_worlds_or_the_runs_of_one():
    values = xr.DataArray(np.arange(12.0).reshape(2, 3, 2), dims=("n_train", "world", "run"))
    means, over = replicates.by_world(values)
    assert over == "world" and means.values.tolist() == [[0.5, 2.5, 4.5], [6.5, 8.5, 10.5]]
    runs, over = replicates.by_world(values.isel(world=[1]))
    assert over == "run" and runs.values.tolist() == [[2, 3], [8, 9]]


def test_a_slope_of_a_single_place_or_world_is_named_as_none():
    values = xr.DataArray(np.ones((1, 3)), dims=("width", "world"), coords={"width": [4]})
    assert replicates.slope_in_words(replicates.log_slope(values)) == "no slope"
