"""Students of imperfect teachers: do hard labels correct the teacher's mistakes (JZ20 Fig. 5)?"""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.image_panels import draw_accuracy, draw_change
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/imperfect", "wide/correction", "images/kernel_distillation", "images/resnet_distillation"),
    shows="Fig. 5",
    question="09. Imperfect teachers: when do hard labels help?",
    caption=(
        "Students of teachers that make mistakes; the hard labels are the truth. The paper shows that purely soft "
        "labels are not optimal: look for minima of the error, and for maxima of the accuracy on CIFAR-10, that are "
        "not at ρ = 1. Upper right: above zero hard labels help; the paper shows that this ends about when the teacher "
        "becomes better than the best student (vertical lines)."
    ),
)


def draw(imperfect, correction, kernel, resnet):
    """Draw what hard labels change, against ρ and the epoch, of synthetic students, and of students of images."""
    figure, axes = style.panels(3, 2, width=4.1, height=4.2)
    size = int(imperfect["n_train"].max())
    cells = imperfect.sel(n_train=size).sortby("soft_ratio")
    epochs = style.shades(np.sort(cells["stopping_epoch"].values).tolist())
    _draw_error(axes[0, 0], cells, epochs)
    _draw_difference(axes[0, 1], cells, epochs)
    _draw_correction(axes[0, 2], correction.sel(truth="smooth"), imperfect)
    draw_accuracy(axes[1, 0], kernel, "Kernel students")
    draw_change(axes[1, 1], kernel, "Kernel students")
    draw_accuracy(axes[1, 2], resnet.sel(loss_scale="curvature"), "ResNet students")
    for axis in axes.flat:
        style.legend_under(axis, 3)
    return figure


def _draw_error(axis, cells, epochs):
    frames.draw_means(axis, cells["test_error"], hue="stopping_epoch", palette=epochs, names="epoch {}")
    axis.set_yscale("log")
    for epoch, colour in epochs.items():
        own = float(cells["teacher_error"].sel(stopping_epoch=epoch).mean())
        axis.axhline(own, 0.9, 1, color=colour, linewidth=1.2, linestyle=":")
    axis.plot([], [], color=style.GREY, linewidth=1.2, linestyle=":", label="teacher's own")
    style.plain_ticks(axis.yaxis, cells["test_error"].mean(["world", "run"]).values)
    style.soft_ratio_axis(axis, cells["soft_ratio"])
    axis.set_ylabel("test error of the student")
    style.title(axis, f"Test error, n = {int(cells['n_train'])}", _best(cells))


def _draw_difference(axis, cells, epochs):
    soft = cells["test_error"].sel(soft_ratio=cells["soft_ratio"].max())
    # Divided by one number for each epoch, which leaves the pairs as they are.
    change = 100 * (cells["test_error"] - soft) / soft.mean(["world", "run"])
    frames.draw_means(axis, change, hue="stopping_epoch", palette=epochs, names="epoch {}")
    axis.axhline(0, color=style.INK, linewidth=0.8)
    style.soft_ratio_axis(axis, cells["soft_ratio"])
    # Hard labels alone can be far worse than all else.
    axis.set(ylim=(-105, 105), ylabel=r"change of the test error (%)")
    style.title(axis, "Change from purely soft labels, paired", worlds_in_words(cells))


def _best(cells):
    """Where the mean error is least, for the first and the last epoch."""
    mean = cells["test_error"].mean(["world", "run"])
    places = mean["soft_ratio"][mean.argmin("soft_ratio")]
    ends = (places.isel(stopping_epoch=place) for place in (0, -1))
    return "least at " + ", ".join(f"ρ = {float(end):g} (epoch {int(end['stopping_epoch'])})" for end in ends)


def _draw_correction(axis, correction, imperfect):
    sizes = correction["n_train"].values
    colours = style.shades(np.sort(sizes).tolist())
    cosine = correction["correction_cosine"]
    means = frames.draw_means(axis, cosine, hue="n_train", palette=colours, names="n = {}").sortby("stopping_epoch")
    switches = []
    for size, colour in colours.items():
        mean = means.sel(n_train=size)
        negative = mean["stopping_epoch"].values[mean.values < 0]
        switches.append(f"{negative.min()} (n = {size})" if negative.size else f"none (n = {size})")
        passed = overtaken(imperfect, size)
        if passed is not None:
            axis.axvline(passed, color=colour, linewidth=1, linestyle=":")
    axis.plot([], [], color=style.GREY, linewidth=1, linestyle=":", label="teachers overtake")
    axis.axhline(0, color=style.INK, linewidth=0.8)
    style.ticks_at(axis, correction["stopping_epoch"].values, base=2)
    axis.set(xlabel="stopping epoch of the teacher", ylabel=r"cosine of $\delta\hat{w}_h$ and $\Delta\hat{w}_c$")
    style.title(axis, "Correction by hard labels", f"first negative epoch: {', '.join([switches[0], switches[-1]])}")


def overtaken(imperfect, size):
    """Return the first stopping epoch whose teachers are better than a student of hard labels, None without one.

    Parameters
    ----------
    imperfect : xarray.Dataset
        Group ``wide/imperfect``; the student of the least soft ratio stands for hard labels.
    size : int
        Sample size; the nearest one of the group is taken.
    """
    hard = imperfect["test_error"].sel(soft_ratio=imperfect["soft_ratio"].min())
    sizes = hard["n_train"].values
    nearest = min(sizes, key=lambda n: abs(np.log(n / size)))
    # Students of hard labels alone do not depend on the stopping epoch.
    student = float(hard.sel(n_train=nearest).mean())
    teachers = imperfect["teacher_error"].mean("world").sortby("stopping_epoch")
    better = teachers["stopping_epoch"].values[teachers.values < student]
    return int(better[0]) if better.size else None


if __name__ == "__main__":
    run_figure(draw, FIGURE)
