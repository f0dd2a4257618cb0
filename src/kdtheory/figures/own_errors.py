"""Test errors of kernel students of two classes of a user's problem, against the soft ratio."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("wide/imperfect",),
    shows="Test errors",
    question="2. Your teacher: do hard labels help?",
    caption=(
        "Kernel students of the two classes at the largest n; hard labels are those of the file. Left: test error "
        "against the soft ratio ρ for each checkpoint; dotted lines at the right are the teacher's own. Right: the "
        "change from ρ = 1 on the same transfer sets, in percentage points; below zero hard labels help. Lines join "
        "means over re-splits of one pool of points; bars are 95 % intervals over these re-splits, and say nothing "
        "of other points."
    ),
)


def draw(imperfect):
    """Draw errors, and their paired change from purely soft labels."""
    figure, axes = style.panels(2, width=4.4, height=3.6)
    draw_errors(*axes[0], imperfect["test_error"], imperfect["teacher_error"])
    return figure


def draw_errors(left, right, errors, teacher_error):
    """Draw errors against the soft ratio at the largest n for each checkpoint, and their paired change from ρ = 1.

    Parameters
    ----------
    left, right : matplotlib.axes.Axes
    errors : xarray.DataArray
        ``(stopping_epoch, soft_ratio, n_train, world, run)``.
    teacher_error : xarray.DataArray
        ``(stopping_epoch, world)``, the teacher's own: dotted lines.
    """
    errors = errors.isel(n_train=-1).sortby("soft_ratio")
    change = 100 * (errors - errors.sel(soft_ratio=errors["soft_ratio"].max()))
    epochs = style.shades(np.sort(errors["stopping_epoch"].values).tolist())
    for axis, values in ((left, errors), (right, change)):
        frames.draw_means(axis, values, hue="stopping_epoch", palette=epochs, names="checkpoint {}")
        style.soft_ratio_axis(axis, errors["soft_ratio"])
        style.legend_under(axis, 3)
    for epoch, colour in epochs.items():
        own = float(teacher_error.sel(stopping_epoch=epoch).mean())
        left.axhline(own, 0.9, 1, color=colour, linewidth=1.2, linestyle=":")
    right.axhline(0, color=style.INK, linewidth=0.8)
    left.set_ylabel("test error of the student")
    right.set_ylabel("change of the test error (points)")
    style.title(left, f"Test error, n = {int(errors['n_train'])}, {errors.sizes['world']} re-splits")
    style.title(right, "Change from purely soft labels, paired")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
