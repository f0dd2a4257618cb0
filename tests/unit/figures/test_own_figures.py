"""Figures of a user's own problem, drawn from small groups that follow the contract of the cube."""

import numpy as np
import pytest
from samples.lines import lines_of
from unit.claims.test_own import GROUPS

from kdtheory.figures import own_classes, own_correction, own_errors, own_inefficiency, registry, style
from kdtheory.figures.own_finite_width import FIGURE as FINITE_WIDTH

MODULES = {
    "own_classes": own_classes, "own_correction": own_correction, "own_errors": own_errors,
    "own_inefficiency": own_inefficiency,
}  # fmt: skip


def drawn(module, **changes):
    groups = [changes.get(name.split("/")[1], GROUPS[name]()) for name in module.FIGURE.reads]
    return style.styled(module.draw)(*groups)


def test_the_figures_of_an_own_problem_are_declared_and_say_what_their_bars_are_of():
    found = registry.figures(own=True)
    assert found == {name: module.FIGURE for name, module in MODULES.items()} | {"own_finite_width": FINITE_WIDTH}
    assert all("re-splits of one pool" in figure.caption for figure in found.values())
    assert registry.labels("own_errors", own_errors.FIGURE)["paper"] == "your problem"


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_no_panel_is_empty(name):
    for axes in drawn(MODULES[name]).figure.axes:
        assert axes.lines and axes.get_xlabel() and axes.get_ylabel() and axes.get_legend()


@pytest.mark.slow
def test_errors_are_drawn_beside_the_teachers_and_their_change_is_paired():
    group = GROUPS["wide/imperfect"]()
    errors, change = drawn(own_errors, imperfect=group).axes
    last = group.isel(n_train=-1)
    (line,) = lines_of(errors, "checkpoint 4")
    means = last["test_error"].mean(["world", "run"])
    np.testing.assert_allclose(line.get_ydata(), means.sel(stopping_epoch=4))
    dotted = [line.get_ydata()[0] for line in errors.lines if line.get_linestyle() == ":"]
    np.testing.assert_allclose(dotted, last["teacher_error"].mean("world"))
    (line,) = lines_of(change, "checkpoint 4")
    np.testing.assert_allclose(line.get_ydata(), 100 * (means - means.sel(soft_ratio=1)).sel(stopping_epoch=4))


@pytest.mark.slow
def test_a_correction_is_drawn_by_checkpoint_at_even_places():
    group = GROUPS["wide/correction"]()
    (axes,) = drawn(own_correction, correction=group).axes
    (line,) = lines_of(axes, "n = 1024")
    cosine = group["correction_cosine"].sel(truth="sign", n_train=1024).mean(["world", "run"])
    np.testing.assert_allclose(line.get_ydata(), cosine)
    assert line.get_xdata().tolist() == [0, 1, 2, 3]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "4", "16", "64"]


@pytest.mark.slow
def test_the_transfer_risk_is_that_of_purely_soft_labels():
    group = GROUPS["images/kernel_transfer"]()
    errors, change, axes = drawn(own_classes, kernel_transfer=group).axes
    assert lines_of(errors, "checkpoint 2") and lines_of(change, "checkpoint 2")
    (line,) = lines_of(axes, "checkpoint 2")
    np.testing.assert_allclose(
        line.get_ydata(), group["risk"].sel(soft_ratio=1, stopping_epoch=2).mean(["world", "run"])
    )
    assert axes.get_xscale() == "log"
