"""Data inefficiency of tasks whose difficulty is set by hand: modes and flipped signs (JZ20 Fig. 3)."""

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import inefficiency_by_octave, last_inefficiency
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.worlds import worlds_in_words
from kdtheory.theory.inefficiency import plateau_prediction

FIGURE = Figure(
    reads=("wide/modes", "wide/flips", "wide/references", "wide/difficulty"),
    shows="Fig. 3",
    question="08. Data inefficiency: what makes a task hard?",
    caption=(
        "Data inefficiency I(n) of functions of q Gaussian modes and of smooth functions with signs flipped at the "
        "probability p, between random labels (hard) and the zero function (easy). The paper shows curves ordered by q "
        "that fall with n, and curves ordered by p that level off, at about 0.8 for random signs. Lower row: what the "
        "paper leaves open, the amplitude and the dimension."
    ),
)

REFERENCES = {"random_labels": (style.INK, "random labels"), "zero": (style.GREY, "zero function")}
# Plateau of independent noise on the two-dimensional inputs of this study.
NOISE_PLATEAU = 0.75
_LAWS = {"own": "Modes, own widths", "shrinking": r"Modes, widths $\propto q^{-1/2}$", "fixed": "Modes, one width"}


def draw(modes, flips, references, difficulty):
    """Draw I(n) for each number of modes under laws of their widths, for each flip probability, and by setting."""
    laws = [law for law in _LAWS if law in modes["width_law"].values]
    dims = difficulty["dim"].values.tolist()
    figure, axes = style.panels(max(len(laws) + 1, len(dims)), 2, width=4.0, height=4.2)
    upper, lower = axes[0, : len(laws) + 1], axes[1, : len(dims)]
    for axis, law in zip(upper[:-1], laws, strict=True):
        draw_inefficiency(axis, modes.sel(width_law=law), "modes", "q = {}")
        style.title(axis, f"{_LAWS[law]}, {worlds_in_words(modes)}", last_octave(modes.sel(width_law=law), "q = {}"))
    draw_inefficiency(upper[-1], flips, "flip_probability", "p = {:g}")
    upper[-1].axhline(NOISE_PLATEAU, color=style.INK, linestyle=":", linewidth=1, label="(d + 1)/(2d)")
    style.title(upper[-1], f"Flipped signs, {worlds_in_words(flips)}", last_octave(flips, "p = {:g}"))
    for axis in upper:
        draw_references(axis, references, REFERENCES)
        axis.set_xscale("log", base=2)
    for axis, dim in zip(lower, dims, strict=True):
        _draw_settings(axis, difficulty.sel(dim=dim))
    for row in (upper, lower):
        frames.fit_to_means(*row)
        row[0].set_ylabel(r"data inefficiency $\mathcal{I}(n)$")
        for axis in row:
            style.legend_under(axis, 3)
    for axis in axes.flat:
        axis.set_visible(axis.has_data())
    return figure


def draw_inefficiency(axis, group, along, names, palette=None):
    """Draw I(n) by octaves, a curve for each value of a dimension, and by candidates for the next point if it has them.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        With linear axes.
    group : xarray.Dataset
        ``weight_norm`` and the windows of ``inefficiency``; ``inefficiency_candidate(n_train, …)`` is drawn as circles.
    along : str
        The dimension.
    names : str or dict
        The words of each value in the legend, as for `frames.draw_means`.
    palette : dict, optional
        Colour of each value; by default from dark to light.
    """
    palette = palette or style.shades(group[along].values.tolist())
    frames.draw_means(axis, inefficiency_by_octave(group), estimate=pooled, hue=along, palette=palette, names=names)
    axis.set_ylabel("")
    if "inefficiency_candidate" in group:
        circles = {"marker": "o", "linestyle": "none", "mfc": "none", "ms": 6, "mew": 0.8}
        single = group["inefficiency_candidate"].dropna("n_train", how="all")
        for value, colour in palette.items():
            axis.plot(single["n_train"], single.sel({along: value}), mec=colour, **circles)
        axis.plot([], [], mec=style.GREY, label="eq. 10", **circles)


def draw_references(axis, references, chosen):
    """Draw I(n) of reference tasks as dashed lines: names, each with its colour and its words."""
    draws = inefficiency_by_octave(references)
    colours, names = style.columns(chosen)
    dashed = {"linestyle": "--", "linewidth": 1.6, "marker": "", "zorder": 1}
    frames.draw_means(axis, draws, estimate=pooled, hue="reference", palette=colours, names=names, **dashed)
    axis.set_ylabel("")


def _draw_settings(axis, difficulty):
    """Draw I over the last three octaves of n against the amplitude, in one dimension."""
    dim = int(difficulty["dim"])
    modes, *window = last_inefficiency(difficulty["mode_norm"].sel(width_law="own"))
    palette = style.shades(modes["modes"].values.tolist())
    frames.draw_means(axis, modes, estimate=pooled, hue="modes", palette=palette, names="q = {}")
    half, *_ = last_inefficiency(difficulty["flip_norm"].sel(flip_probability=0.5))
    frames.draw_means(axis, half, estimate=pooled, color=style.RED, label="p = 0.5")
    plateau = plateau_prediction("random_labels", dim)
    axis.axhline(plateau, color=style.INK, linestyle=":", linewidth=1, label="(d + 1)/(2d)")
    axis.set(xscale="log", xlabel="amplitude", ylabel="")
    style.title(axis, f"d = {dim}, {worlds_in_words(difficulty)}", f"I over n = {window[0]}…{window[1]}")


def last_octave(group, words):
    """Return I(n) of the last octave at both ends of its dimension, in words."""
    last = group["inefficiency"].isel(window=-1)
    (along,) = last.dims
    ends = (last.isel({along: place}) for place in (0, -1))
    parts = (f"{float(end):.2f} ({words.format(end[along].item())})" for end in ends)
    return f"n = {int(last['window_start'])}…{int(last['window_end'])}: {' and '.join(parts)}"


if __name__ == "__main__":
    run_figure(draw, FIGURE)
