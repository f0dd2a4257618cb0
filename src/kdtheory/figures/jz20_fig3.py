"""Data inefficiency of tasks whose difficulty is set by hand: modes and flipped signs (JZ20 Fig. 3)."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import half_width, last_inefficiency
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.worlds import worlds_in_words
from kdtheory.theory.inefficiency import plateau_prediction

FIGURE = Figure(
    reads=("wide/modes", "wide/flips", "wide/references", "wide/difficulty"),
    shows="Fig. 3",
    question="08. Data inefficiency: what makes a task hard?",
    caption=(
        "Data inefficiency I(n) (eq. 10), how fast the student's weights still grow with the sample size n: low is "
        "easy. Dots are means over octaves of n and over worlds, each with a function and points of its own, with 95 "
        "% intervals over worlds; hollow circles are eq. 10 as it is printed, from many candidates for the next "
        "point. Dashed lines, with the same intervals, are the paper's references, random labels as the hard task and "
        "the zero function as the easy one. Upper row, first three: functions of q Gaussian modes. The paper shows "
        "I(n) that falls with n and is ordered by q; its formula has a width for each mode and does not print them: "
        "look for the order with widths of each mode's own, uniform between 1/2 and 3/2, with widths that shrink like "
        "q^(−1/2), and with one width. Fourth: smooth functions whose signs are flipped with probability p. The paper "
        "shows curves ordered by p that stop falling, at about 0.8 for random signs; the plateau that the kernel's "
        "spectrum gives for independent noise is (d + 1)/(2d) (dotted), 3/4 for two inputs. Where flips are rare, the "
        "norms of a few runs can vary so much that I(n) is descriptive; the claims say where, and leave it out. Lower "
        "row: does this depend on what the paper leaves open? I over the last three octaves of n against the "
        "amplitude of the functions, in d dimensions, of q modes of own widths and of random signs, with their "
        "plateau (dotted)."
    ),
)

REFERENCES = {
    "random_labels": {"color": style.INK, "label": "random labels"},
    "zero": {"color": style.GREY, "label": "zero function"},
}
# Plateau of independent noise on the two-dimensional inputs of this study.
NOISE_PLATEAU = 0.75
_LAWS = {"own": "Modes, own widths", "shrinking": r"Modes, widths $\propto q^{-1/2}$", "fixed": "Modes, one width"}


def draw(modes, flips, references, difficulty):
    """Draw I(n) for each number of modes under laws of their widths, for each flip probability, and by setting."""
    laws = [law for law in _LAWS if law in modes["width_law"].values]
    dims = difficulty["dim"].values.tolist()
    figure, axes = style.panels(max(len(laws) + 1, len(dims)), 2, width=4.0, height=4.2)
    numbers = {int(q): colour for q, colour in style.shades(list(modes["modes"].values)).items()}
    for axis, law in zip(axes[0], laws, strict=False):
        here = modes.sel(width_law=law)
        draw_curves(axis, here, "modes", numbers, "q = {}")
        draw_candidates(axis, here, "modes", numbers)
        style.title(axis, f"{_LAWS[law]}, {worlds_in_words(modes)}", last_octave(here, "modes", "q = {}"))
    probabilities = style.shades(list(flips["flip_probability"].values))
    draw_curves(axes[0, len(laws)], flips, "flip_probability", probabilities, "p = {:g}")
    draw_candidates(axes[0, len(laws)], flips, "flip_probability", probabilities)
    axes[0, len(laws)].axhline(NOISE_PLATEAU, color=style.INK, linestyle=":", linewidth=1, label="(d + 1)/(2d)")
    style.title(
        axes[0, len(laws)],
        f"Flipped signs, {worlds_in_words(flips)}",
        last_octave(flips, "flip_probability", "p = {:g}"),
    )
    for axis in axes[0, : len(laws) + 1]:
        draw_references(axis, references, REFERENCES)
    fit_to_means(*axes[0, : len(laws) + 1])
    for axis, dim in zip(axes[1], dims, strict=False):
        _draw_settings(axis, difficulty.sel(dim=dim))
    fit_to_means(*axes[1, : len(dims)])
    for axis in axes.flat:
        if axis.has_data():
            axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=3)
        else:
            axis.set_visible(False)
    for axis in axes[:, 0]:
        axis.set_ylabel(r"data inefficiency $\mathcal{I}(n)$")
    return figure


def _draw_settings(axis, difficulty):
    """Draw I over the last three octaves of n against the amplitude, in one dimension."""
    dim = int(difficulty["dim"])
    modes = difficulty["mode_norm"].sel(width_law="own")
    options = {"elinewidth": 1, "linewidth": 1.2}
    for count, colour in style.shades(modes["modes"].values.tolist()).items():
        _draw_last(axis, modes.sel(modes=count), color=colour, label=f"q = {count}", **options)
    half = difficulty["flip_norm"].sel(flip_probability=0.5)
    window = _draw_last(axis, half, color=style.RED, label="p = 0.5", **options)
    plateau = plateau_prediction("random_labels", dim)
    axis.axhline(plateau, color=style.INK, linestyle=":", linewidth=1, label="(d + 1)/(2d)")
    axis.set_xscale("log")
    axis.set_xlabel("amplitude")
    style.title(axis, f"d = {dim}, {worlds_in_words(difficulty)}", f"I over n = {window[0]}…{window[1]}")


def _draw_last(axis, norm, **options):
    """Draw I(n) over the last octaves against the amplitude; return the window."""
    draws, *window = last_inefficiency(norm)
    found = pooled(draws.transpose("world", "amplitude").values)
    axis.errorbar(norm["amplitude"], found.value, np.nan_to_num(half_width(found)), marker="o", **options)
    return window


def draw_curves(axis, group, along, colours, words, **options):
    """Draw I(n) by octaves of n, a curve for each value of a dimension, with 95 % intervals over worlds.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    group : xarray.Dataset
        ``inefficiency(…, window)`` and ``inefficiency_se`` with no other dimensions, and ``weight_norm`` of its worlds.
    along : str
        The dimension.
    colours : dict
        Colour of each of its values; the keys say which are drawn.
    words : str or None
        Format of a label in the legend.
    **options
        Passed to ``Axes.errorbar``.
    """
    centre, bars = octave_centres(group), half_widths(group)
    for value, colour in colours.items():
        here = {along: value}
        options = {"marker": "o", "elinewidth": 1, "linewidth": 1.2, **options, "color": colour}
        label = words and words.format(value)
        axis.errorbar(centre, group["inefficiency"].sel(here), bars.sel(here), label=label, **options)
    axis.set_xscale("log", base=2)
    axis.set_xlabel("sample size $n$")


def draw_candidates(axis, group, along, colours):
    """Draw I(n) of single n, by candidates for the next point, as hollow circles."""
    single = group["inefficiency_candidate"].dropna("n_train", how="all")
    for value, colour in colours.items():
        axis.plot(single["n_train"], single.sel({along: value}), "o", mfc="none", mec=colour, ms=6, mew=0.8)
    axis.plot([], [], "o", mfc="none", mec=style.GREY, ms=6, mew=0.8, label="eq. 10")


def draw_references(axis, references, chosen):
    """Draw I(n) of reference tasks as dashed lines with 95 % intervals: names and line options."""
    centre, bars = octave_centres(references), half_widths(references)
    for name, options in chosen.items():
        here = {"reference": name}
        options = {"linestyle": "--", "linewidth": 1.6, "elinewidth": 1, "zorder": 1, **options}
        axis.errorbar(centre, references["inefficiency"].sel(here), bars.sel(here), **options)


def fit_to_means(*panels):
    """Give panels one range, that of the means and references: wide intervals of small n would flatten all curves."""
    lines = [line for axis in panels for line in axis.lines if not line.get_label().startswith("_")]
    heights = np.concatenate([
        *map(style.mean_heights, panels), *(np.asarray(line.get_ydata(), float) for line in lines)
    ])  # fmt: skip
    for axis in panels:
        axis.set_ylim(min(0.0, np.nanmin(heights)) - 0.05, 1.05 * np.nanmax(heights))


def octave_centres(group):
    """Return the middles of the octaves of n on a logarithmic axis."""
    return np.sqrt(group["window_start"] * group["window_end"])


def half_widths(group):
    """Return the half widths of 95 % intervals of I(n), those of the claims, NaN with a single world."""
    from scipy.special import stdtrit

    worlds = group.sizes["world"]
    return group["inefficiency_se"] * (stdtrit(worlds - 1, 0.975) if worlds > 1 else np.nan)


def last_octave(group, along, words):
    """Return I(n) of the last octave at both ends of a dimension, in words."""
    last = group["inefficiency"].isel(window=-1)
    ends = (last.isel({along: place}) for place in (0, -1))
    parts = (f"{float(end):.2f} ({words.format(end[along].item())})" for end in ends)
    return f"n = {int(last['window_start'])}…{int(last['window_end'])}: {' and '.join(parts)}"


if __name__ == "__main__":
    run_figure(draw, FIGURE)
