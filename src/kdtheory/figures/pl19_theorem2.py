"""Deep linear students end near the projected teacher, the nearer the smaller their start (PL19 Theorem 2)."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/deep",),
    shows="Theorem 2",
    question="04. What does the student learn?",
    caption=(
        "Deep linear students of N layers against the relative size r of their start. Theorem 2 asks the dots to lie "
        "below the dashed lines (upper left), and the teacher to be recovered where n ≥ d (upper right). Lower left: "
        "starts outside the theorem's conditions, which the paper does not expect to matter much: look for markers "
        "above the dashed line."
    ),
)

_BOUND = {"color": style.GREY, "linestyle": "--", "linewidth": 1}
_STARTS = {"balanced": "balanced", "wrong_sign": "wrong sign", "opposite": "opposite", "gaussian": "Gaussian"}


def draw(deep):
    """Draw distance against the start's size, recovery, other starts, and the conserved quantity along the path."""
    figure, axes = style.panels(2, 2, width=4.4, height=3.5)
    colours = style.shades(list(deep["depth"].values))
    _draw_distance(axes[0, 0], deep, colours)
    _draw_recovery(axes[0, 1], deep, colours)
    _draw_starts(axes[1, 0], deep, colours)
    _draw_path(axes[1, 1], deep, colours)
    _legend(figure, axes[0, 0], deep, colours)
    return figure


def _draw_distance(axis, deep, colours):
    ratios, slopes = deep["init_ratio"].values, []
    for depth, colour in colours.items():
        here = deep.sel(depth=depth)
        axis.plot(ratios, here["distance_bound"], color=colour, linestyle="--", linewidth=1)
        distance = here["distance"].transpose("init_ratio", "world")
        axis.plot(ratios, here["distance_law"].transpose("init_ratio", "world"), color=colour, linewidth=0.8)
        axis.plot(ratios, distance, "o", color=colour, ms=3.5)
        small = ratios <= 1e-2
        if small.sum() > 1:
            slopes.append(f"{np.polyfit(np.log(ratios[small]), np.log(distance.values[small]), 1)[0].mean():.2f}")
    _on_ratios(axis, r"distance $\|w - \hat{w}\|$ at the end")
    style.title(
        axis, "Distance against the start, n < d", f"slopes for r ≤ 0.01: {', '.join(slopes)}" if slopes else ""
    )


def _draw_recovery(axis, deep, colours):
    # Depths lie on top of each other: beside each other they can be told apart.
    for position, (depth, colour) in enumerate(colours.items()):
        shift = 1.25 ** (position - (len(colours) - 1) / 2)
        recovered = deep["recovery_distance"].sel(depth=depth)
        recovered = recovered.transpose("init_ratio", "world")
        axis.plot(recovered["init_ratio"] * shift, recovered, "o", color=colour, ms=4)
    _on_ratios(axis, r"distance $\|w - \hat{w}\|$ at the end")
    worst, steps = float(deep["recovery_distance"].max()), deep["recovery_steps"]
    axis.set_ylim(min(1e-10, worst / 10), 2)
    unfinished = int((steps < 0).sum())
    style.title(
        axis,
        "Recovery of the teacher, n ≥ d",
        f"at most {style.number(worst)} away; out of steps: {unfinished} of {int(steps.notnull().sum())} runs",
    )


def _draw_starts(axis, deep, colours):
    starts, floor, stuck = list(map(str, deep["start"].values)), 1e-2, 0
    # Within a start one block for each depth, within a block the sizes of the start from left to right.
    offsets = np.linspace(-0.4, 0.4, len(colours) * (deep.sizes["init_ratio"] + 1))
    for place, start in enumerate(starts):
        for column, (depth, colour) in enumerate(colours.items()):
            here = deep.sel(depth=depth, start=start).sortby("init_ratio")
            across = place + offsets[column * (deep.sizes["init_ratio"] + 1) :]
            ratio = (here["distance_by_start"] / here["distance_bound"]).transpose("init_ratio", "world").values
            unfinished = here["steps_by_start"].transpose("init_ratio", "world").values < 0
            across = np.repeat(across[: len(ratio)], ratio.shape[1])
            for x, y, open_end in zip(across, ratio.ravel(), unfinished.ravel(), strict=True):
                marker, face = ("v", "white") if y < floor else ("o", "white" if open_end else colour)
                axis.plot(x, max(y, floor), marker, color=colour, mfc=face, clip_on=False, zorder=3)
            stuck += int(unfinished.sum())
    axis.axhline(1, **_BOUND)
    axis.set(yscale="log", ylim=(floor, None), xlim=(-0.6, len(starts) - 0.4))
    axis.set_xticks(range(len(starts)), [_STARTS[start] for start in starts])
    axis.set(
        xlabel="start (within a colour $r$ grows to the right)", ylabel=r"distance $\|w - \hat{w}\| \,/\, \varepsilon$"
    )
    runs = deep["steps_by_start"].size
    style.title(axis, "Other starts, n < d", f"hollow: out of steps before the tolerance ({stuck} of {runs} runs)")


def _draw_path(axis, deep, colours):
    ratio = deep["init_ratio"].values.max()
    path = deep.sel(init_ratio=ratio)
    worst = 0.0
    for depth, colour in colours.items():
        for world in range(path.sizes["world"]):
            here = path.sel(depth=depth).isel(world=world)
            names = ("path_norm", "path_off_span_law", "path_off_span")
            norm, law, off_span = (here[name].values for name in names)
            order = np.argsort(norm)
            axis.plot(norm[order], law[order], color=colour, linewidth=0.8)
            axis.plot(norm, off_span, "o", color=colour, ms=2.5)
            worst = max(worst, np.nanmax(np.abs(off_span / law - 1)))
    axis.set(xscale="log", yscale="log", xlabel=r"norm $\|w(t)\|$ along the path", ylabel="part off the data span")
    style.title(axis, f"Eq. 66 along the path, r = {ratio:g}", f"departs from the law by at most {100 * worst:.2g} %")


def _on_ratios(axis, label):
    axis.set(xscale="log", yscale="log", xlabel=r"start $r = \|w(0)\| \,/\, \|\hat{w}\|$", ylabel=label)


def _legend(figure, axis, deep, colours):
    for depth, colour in colours.items():
        axis.plot([], [], "s", color=colour, ms=7, label=f"N = {depth}")
    axis.plot([], [], color=style.GREY, linewidth=1.2, label="law of eq. 66")
    axis.plot([], [], **_BOUND, label=r"$\varepsilon$ of Theorem 2")
    axis.plot([], [], "o", color=style.GREY, label="trained student")
    axis.plot([], [], "v", color=style.GREY, mfc="white", ms=5, label="off the axis: nearer still")
    style.legend_below(figure, 5)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
