"""When hard labels turn the student towards the truth: Theorem 2 against epochs and errors of teachers (JZ20)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import over_runs, worlds_in_words

FIGURE = Figure(
    reads=("wide/correction",),
    shows="Theorem 2",
    question="09. Imperfect teachers: when do hard labels help?",
    caption=(
        "The cosine of the weights that hard labels add and the direction in which the student can improve; the "
        "paper's Theorem 2 says that hard labels help where it is positive. Look where it crosses zero, against the "
        "teacher's stopping epoch and against its error, for two readings of the truth. Lower right: the derivative of "
        "eq. 12 against a finite difference, which the theorem puts on the diagonal."
    ),
)

_CELLS = ("truth", "stopping_epoch", "world", "run")
_TRUTHS = {"smooth": ("-", "Smooth truth"), "sign": ("--", "Truth is a sign")}


def draw(correction):
    """Draw the cosine against epoch and teacher's error, and the derivative against a finite difference."""
    figure, axes = style.panels(2, 2, width=4.5, height=3.6)
    colours = style.shades(np.sort(correction["n_train"].values).tolist())
    _draw_epochs(axes[0, 0], correction, colours)
    for axis, truth in zip((axes[0, 1], axes[1, 0]), _TRUTHS, strict=True):
        _draw_errors(axis, correction.sel(truth=truth), colours)
    _draw_derivative(axes[1, 1], correction, colours)
    for size, colour in colours.items():
        axes[0, 0].plot([], [], "s", color=colour, ms=6, label=f"n = {size}")
    for line, words in _TRUTHS.values():
        axes[0, 0].plot([], [], color=style.GREY, linestyle=line, label=words.lower())
    style.legend_below(figure, 5)
    return figure


def _draw_epochs(axis, correction, colours):
    lines = {truth: line for truth, (line, _) in _TRUTHS.items()}
    cosine = correction["correction_cosine"].sel(truth=list(lines))
    frames.draw_means(axis, cosine, hue="n_train", palette=colours, names="", dash="truth", lines=lines)
    axis.axhline(0, color=style.INK, linewidth=0.8)
    style.ticks_at(axis, correction["stopping_epoch"].values, base=2)
    axis.set(xlabel="stopping epoch of the teacher", ylabel=r"cosine of $\delta\hat{w}_h$ and $\Delta\hat{w}_c$")
    style.title(axis, "Against the stopping epoch", worlds_in_words(correction))


def _draw_errors(axis, here, colours):
    error = here["teacher_error"].transpose("world", "stopping_epoch").values.ravel()
    crossings = {}
    for size, colour in colours.items():
        cosine = over_runs(here["correction_cosine"].sel(n_train=size))
        cosine = cosine.transpose("world", "stopping_epoch").values.ravel()
        axis.plot(error, cosine, "o", color=colour, ms=3.5, mew=0, alpha=0.8)
        negative, positive = error[cosine < 0], error[cosine > 0]
        if negative.size and positive.size:
            crossings[size] = (positive.min(), negative.max())
    axis.axhline(0, color=style.INK, linewidth=0.8)
    axis.set_xscale("log")
    style.plain_ticks(axis.xaxis, error)
    axis.set(xlabel="teacher's error", ylabel=r"cosine of $\delta\hat{w}_h$ and $\Delta\hat{w}_c$")
    words = "; ".join(_crossing(*crossings[size], size) for size in list(crossings)[-1:])
    style.title(axis, _TRUTHS[str(here["truth"].values)][1], words or "no change of sign")


def _crossing(least_positive, largest_negative, size):
    return (
        f"n = {size}: positive down to an error of {style.number(least_positive)}, "
        f"negative up to {style.number(largest_negative)}"
    )


def _draw_derivative(axis, correction, colours):
    for size, colour in colours.items():
        exact, difference = (
            correction[name].sel(n_train=size).transpose(*_CELLS).values.ravel()
            for name in ("derivative", "derivative_fd")
        )
        axis.plot(exact, difference, ".", color=colour, ms=3, alpha=0.6, rasterized=True)
    limits = axis.get_xlim()
    axis.plot(limits, limits, color=style.INK, linewidth=0.8, zorder=1)
    axis.set(xlim=limits, xlabel="derivative of eq. 12", ylabel="finite difference")
    exact, difference = correction["derivative"], correction["derivative_fd"]
    worst = np.abs(difference - exact) / np.abs(exact).max(("stopping_epoch", "world", "run"))
    words = f"apart by at most {style.number(float(worst.max()))} of the largest at that n"
    style.title(axis, r"Derivative of $\cos\alpha$ in the hard ratio", words)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
