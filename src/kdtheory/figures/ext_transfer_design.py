"""Risk against n for transfer sets that are designed, of linear and of kernel students (outlook of PL19)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("linear/design", "linear/design_digits", "wide/kernel_design"),
    shows="Design of transfer sets",
    question="03. Strong monotonicity: does one more point always help?",
    caption=(
        "PL19 name the design of transfer sets as an application: one pool of points in five orders. Compare each "
        "curve with random points (black), on linear tasks, on images and with a kernel: what helps on tasks that are "
        "symmetric about the teacher need not help elsewhere. A hollow marker on the floor is a risk of 0."
    ),
)

DESIGNS = {
    "random": (style.INK, "random", "o"),
    "pivoted_cholesky": (style.BLUE, "pivoted Cholesky", "s"),
    "largest_margin": (style.ORANGE, "largest margin", "^"),
    "smallest_margin": (style.PURPLE, "smallest margin", "v"),
    "steepest": (style.GREEN, "steepest fall of the angle", "D"),
}


def draw(linear, digits, kernel):
    """Draw mean risks against n: one panel for each κ, one for digits and one for kernel students."""
    sizes = kernel["n_train"].values
    panels = {f"Linear, κ = {kappa:g}": linear["risk"].sel(kappa=kappa) for kappa in linear["kappa"].values}
    panels["Linear, MNIST 0 and 1"] = digits["risk"]
    panels["Kernel, boundary task"] = kernel["risk"].sel(n_train=sizes[(sizes & (sizes - 1)) == 0])
    columns = -(-len(panels) // 2)
    figure, axes = style.panels(columns, 2, width=3.4, height=2.9)
    for axis, (words, risk) in zip(axes.flat, panels.items(), strict=False):
        _draw_risks(axis, risk, words)
    for axis in axes.flat[len(panels) :]:
        axis.remove()
    for axis in axes[:, 0]:
        axis.set_ylabel(r"transfer risk $P[h \neq h_*]$")
    style.legend_below(figure, len(DESIGNS))
    return figure


def _draw_risks(axis, risk, words):
    floor = style.floor_of(risk.mean("world").values)
    colours, names, markers = style.columns(DESIGNS)
    frames.draw_means(axis, risk, hue="design", palette=colours, names=names, markers=markers, floor=floor)
    ticks = risk["n_train"].values
    style.ticks_at(axis, ticks, base=2)
    axis.set_yscale("log")
    means = risk.mean("world").values
    axis.set(ylim=(floor / 2 if (means <= 0).any() else means.min() / 4, min(1.5 * means.max(), 1.0)), ylabel="")
    style.title(axis, words, f"{worlds_in_words(risk)}; n = {ticks[-1]}: {_against_random(risk)}")


def _against_random(risk):
    """By what factor the steepest design's mean risk is below that of random points at the largest n, in words."""
    random, steepest = (float(risk.sel(design=name).isel(n_train=-1).mean("world")) for name in ("random", "steepest"))
    return (
        f"steepest/random = {style.number(steepest / random)}"
        if random > 0 and np.isfinite(steepest)
        else "random at 0"
    )


if __name__ == "__main__":
    run_figure(draw, FIGURE)
