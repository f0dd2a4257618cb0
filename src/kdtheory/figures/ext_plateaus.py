"""Where data inefficiency levels off, by dimension and depth, against the kernel's spectrum (ours)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import inefficiency_by_octave
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/plateaus",),
    shows="Plateaus of data inefficiency",
    question="08. Data inefficiency: what makes a task hard?",
    caption=(
        "Where data inefficiency I(n) levels off, against the dimension of the inputs, the sample size n and the "
        "depth, for five kinds of targets. JZ20 read 0.8 for random signs and 0.5 for hard labels off their figures; "
        "the kernel's spectrum predicts the dashed lines. Where dots have moved from the hollow circles of the octave "
        "before, the plateau is not yet reached."
    ),
)

_TARGETS = {
    "random_labels": (style.RED, "random labels"),
    "jump": (style.ORANGE, "jump"),
    "kinked": (style.GREEN, "kinked"),
    "nngp": (style.PURPLE, "random start"),
    "smooth": (style.BLUE, "smooth"),
}


def draw(plateaus):
    """Draw I(n) of the last octave against dimension and depth, and I(n) against n for the smallest dimension."""
    figure, axes = style.panels(3, width=4.0, height=3.8, sharey=True)
    plateaus = plateaus.sortby(["dim", "depth"])
    measured = plateaus["inefficiency"].isel(window=-1).notnull().all("target")
    swept = measured.sum("dim")
    depths = plateaus["depth"].values[(swept == swept.max()).values]
    depth = int(depths[len(depths) // 2])
    dim = int(plateaus["dim"][measured.sum("depth").argmax("dim")])
    draws = inefficiency_by_octave(plateaus)
    predicted = plateaus["predicted"].broadcast_like(draws.isel(world=0, n_train=0, drop=True))
    _draw_last(axes[0, 0], draws.sel(depth=depth), predicted.sel(depth=depth))
    axes[0, 0].set(xlabel="dimension $d$ of the inputs", ylabel=r"data inefficiency $\mathcal{I}(n)$")
    style.title(axes[0, 0], f"Dimension, L = {depth}", f"{_last_octave(plateaus)}; {_furthest(plateaus, depth)}")
    _draw_growth(axes[0, 1], draws.sel(depth=depth, dim=dim), predicted.sel(depth=depth, dim=dim))
    style.title(axes[0, 1], f"Sample size, d = {dim}, L = {depth}", worlds_in_words(plateaus))
    _draw_last(axes[0, 2], draws.sel(dim=dim), predicted.sel(dim=dim))
    axes[0, 2].set_xlabel("hidden layers $L$")
    style.title(axes[0, 2], f"Depth, d = {dim}", _last_octave(plateaus))
    frames.fit_to_means(*axes[0])
    axes[0, 0].plot([], [], color=style.GREY, linestyle="--", label="predicted")
    axes[0, 0].plot([], [], "o", mfc="white", mec=style.GREY, ms=4, mew=0.8, label="an octave before")
    style.legend_below(figure, 7)
    return figure


def _draw_last(axis, draws, predicted):
    """Draw I(n) of the last octave against the one other dimension, the octave before it, and the prediction."""
    (along,) = [dim for dim in predicted.dims if dim != "target"]
    draws = draws.sel({along: draws.isel(n_train=-1, drop=True).notnull().all(["target", "world"])})
    places = draws[along].values
    if not places.size:
        return  # one world of one run has no value in the last octave
    # Beside each other the bars can be told apart.
    shifts = np.linspace(-1, 1, predicted.sizes["target"]) * 0.012 * max(np.ptp(places), 1)
    for target, shift in zip(_drawn(predicted), shifts, strict=True):
        colour, words = _TARGETS[target]
        axis.plot(places, predicted.sel({"target": target, along: places}), "--", color=colour, linewidth=1.2)
        here = draws.sel(target=target).assign_coords({along: places + shift})
        before = here.isel(n_train=-2).mean("world")
        axis.plot(before[along], before, "o", mfc="white", mec=colour, ms=4, mew=0.8)
        last = here.isel(n_train=-1, drop=True)
        frames.draw_means(axis, last, estimate=pooled, color=colour, linestyle="none", label=words)
    axis.set(xticks=places, ylabel="")


def _draw_growth(axis, draws, predicted):
    colours = {target: _TARGETS[target][0] for target in _drawn(predicted)}
    frames.draw_means(axis, draws, estimate=pooled, hue="target", palette=colours, names="")
    axis.set_xscale("log", base=2)
    for target, colour in colours.items():
        axis.axhline(float(predicted.sel(target=target)), color=colour, linestyle="--", linewidth=1.2)


def _drawn(predicted):
    return [target for target in _TARGETS if target in predicted["target"].values]


def _last_octave(plateaus):
    last = plateaus.isel(window=-1)
    return f"n = {int(last['window_start'])}…{int(last['window_end'])}"


def _furthest(plateaus, depth):
    """The target and the dimension whose last octave is furthest from its prediction, in words."""
    last = plateaus.isel(window=-1).sel(depth=depth)
    off = (last["inefficiency"] - last["predicted"]).stack(cell=("target", "dim")).dropna("cell")
    most = off.isel(cell=int(np.abs(off).argmax("cell")))
    name = _TARGETS[str(most["target"].values)][1]
    return f"furthest: {name}, d = {int(most['dim'])}, off by {float(most):+.2f}".replace("-", "−")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
