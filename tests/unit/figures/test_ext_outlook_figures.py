"""Figures of designed transfer sets and of strong monotonicity, drawn from the samples."""

import re

import numpy as np
import pytest
from samples.design import growth, kernel_design
from samples.linear import linear_groups
from samples.lines import lines_of

from kdtheory.figures import ext_strong_monotonicity, ext_transfer_design, registry, style
from kdtheory.students.designs import DESIGNS

GROUPS = linear_groups() | {"wide/kernel_design": kernel_design(), "wide/growth": growth()}
MODULES = {"ext_strong_monotonicity": ext_strong_monotonicity, "ext_transfer_design": ext_transfer_design}


def drawn(module, **changed):
    groups = [changed.get(name.split("/")[1], GROUPS[name]) for name in module.FIGURE.reads]
    figure = style.styled(module.draw)(*groups)
    figure.canvas.draw()
    return figure


def line_of(axes, label):
    (line,) = lines_of(axes, label)
    return line


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", MODULES)
def test_a_figure_is_drawn_without_a_warning_from_many_worlds_and_from_one(name):
    module = MODULES[name]
    assert registry.figures()[name] is module.FIGURE
    alone = {group.split("/")[1]: GROUPS[group].isel(world=[0]) for group in module.FIGURE.reads}
    for figure in (drawn(module), drawn(module, **alone)):
        for axes in figure.axes:
            assert axes.get_title(loc="left") and (axes.lines or axes.collections)
        texts = " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))
        assert not re.search(r"\b(nan|inf)\b", texts)


def test_every_design_has_its_mean_risk_in_every_panel():
    figure = drawn(ext_transfer_design)
    assert set(ext_transfer_design.DESIGNS) == set(DESIGNS)
    risks = [GROUPS["linear/design"]["risk"].sel(kappa=kappa) for kappa in (0.5, 1.0, 2.0)]
    risks += [GROUPS["linear/design_digits"]["risk"], GROUPS["wide/kernel_design"]["risk"]]
    for axes, risk in zip(figure.axes, risks, strict=True):
        for design, (_, label, _) in ext_transfer_design.DESIGNS.items():
            line = line_of(axes, label)
            wanted = risk.sel(design=design, n_train=line.get_xdata()).mean("world").transpose("n_train")
            np.testing.assert_allclose(line.get_ydata(), wanted)
    assert figure.axes[-1].get_title(loc="left") == "Kernel, boundary task"


def test_a_risk_of_zero_lies_on_the_floor():
    digits = GROUPS["linear/design_digits"].copy(deep=True)
    digits["risk"][4, -1] = 0.0
    axes = drawn(ext_transfer_design, design_digits=digits).axes[3]
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert [line.get_xdata().tolist() for line in hollow] == [[32]]


def test_points_that_raise_the_risk_are_marked_and_counted():
    design, networks = kernel_design(), growth()
    axes = drawn(ext_strong_monotonicity).axes[2]
    risk = networks["risk"].sel(width=64).isel(world=0).values
    line = line_of(axes, "network, width 64")
    np.testing.assert_allclose(line.get_ydata(), risk)
    marked = [dots for dots in axes.lines if dots.get_marker() == "o" and dots.get_color() == line.get_color()]
    np.testing.assert_array_equal(marked[0].get_xdata(), networks["n_train"].values[1:][np.diff(risk) > 0])
    kernel = design["risk"].sel(design="random", n_train=networks["n_train"].values).values
    shares = drawn(ext_strong_monotonicity).axes[3].containers
    assert shares[0].lines[0].get_ydata()[0] == pytest.approx((np.diff(kernel, axis=0) > 0).mean())


def test_learners_stand_at_their_graded_index():
    group = GROUPS["linear/monotonicity"]
    line = line_of(drawn(ext_strong_monotonicity).axes[0], "distillation")
    here = group.sel(learner="distillation").mean("world")
    assert line.get_xdata()[0] == pytest.approx(float(here["angle_decay"]))
    assert line.get_ydata()[0] == pytest.approx(float(here["risk"]))
