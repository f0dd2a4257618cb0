"""Transfer risk, angles of the features and convergence of the student's direction (JZ20 Fig. 2)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import in_words
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import count_slopes_by_world, mean_slopes_by_world
from kdtheory.statistics.worlds import over_runs, worlds_in_words

FIGURE = Figure(
    reads=("wide/transfer",),
    shows="Fig. 2",
    question="07. Transfer risk: do soft labels teach faster?",
    caption=(
        "Students of a network teacher whose decisions count as the truth. The paper shows a transfer risk and an "
        "angle of student and oracle that fall fastest for purely soft labels (ρ = 1), and p(β), the share of features "
        "beyond the angle β to the oracle, that is close to linear near a right angle. Compare the slopes in the "
        "legend; the angle can only be believed where it does not depend on the size N of the oracle (lower middle)."
    ),
)

RIGHT_ANGLE = np.pi / 2
# The range of laws in n, as in the claims: below it students know too little, and an oracle must have far more points.
_FIRST_SIZE, _LAST_SIZE, _FAR = 16, 1024, 1 / 8


def draw(transfer):
    """Draw risk, p(β) in two panels, α′ against n and against the oracle's size, and smallest angles (network)."""
    here = transfer.sel(teacher_kind="network").sortby("soft_ratio")
    colours = style.soft_ratio_colours(here["soft_ratio"].values)
    figure, axes = style.panels(3, 2, width=4.3, height=3.8)
    _draw_risk(axes[0, 0], over_runs(here["risk"]), int(here["test_points"]), colours)
    turn = _turn(here)
    _draw_survival(axes[0, 1], here, {ratio: colour for ratio, colour in colours.items() if ratio <= turn})
    _draw_survival(axes[0, 2], here, {ratio: colour for ratio, colour in colours.items() if ratio >= turn})
    _draw_angle(axes[1, 0], over_runs(here["oracle_angle"].isel(oracle_size=-1)), colours)
    _draw_drift(axes[1, 1], here, colours)
    _draw_smallest(axes[1, 2], here)
    for ratio, colour in colours.items():
        axes[1, 0].plot([], [], "s", color=colour, ms=6, label=f"ρ = {ratio:g}")
    axes[1, 0].plot([], [], color=style.GREY, label="other points")
    axes[1, 0].plot([], [], color=style.GREY, linestyle="--", label="nested oracle")
    axes[1, 0].plot([], [], color=style.GREY, linestyle=":", label="one pass of SGD")
    style.legend_below(figure, 7, axes[1, :1])
    return figure


def _turn(here):
    """The soft ratio between the ends at which the mean angle ∫p(β)dβ turns; a middle one if it is monotone."""
    angles = over_runs(here["angle_survival"].isel(oracle_size=-1)).mean("world").integrate("beta").values
    inside = np.arange(1, max(len(angles) - 1, 2))
    beyond = np.maximum(angles - angles[[0, -1]].max(), angles[[0, -1]].min() - angles)[inside[inside < len(angles)]]
    place = inside[beyond.argmax()] if beyond.size and beyond.max() > 0 else len(angles) // 2
    return float(here["soft_ratio"][place])


def _slopes(by_world, values, last):
    """Exponents in n of each soft ratio, by a law of `kdtheory.statistics.laws`; NaN with too few sizes or worlds."""
    values = values.sel(n_train=(values["n_train"] >= _FIRST_SIZE) & (values["n_train"] <= last))
    values = values.transpose("world", "n_train", "soft_ratio")
    if min(values.sizes["n_train"], values.sizes["world"]) < 2:
        return pooled(np.full((1, values.sizes["soft_ratio"]), np.nan))
    return pooled(by_world(np.log(values["n_train"].values), values.values))


def _draw_risk(axis, risk, test_points, colours):
    floor = style.floor_of(risk.mean("world"))
    slopes = _slopes(count_slopes_by_world, (risk * test_points).round(), _LAST_SIZE)
    words = {ratio: f"ρ = {ratio:g}: {in_words(slopes[place])}" for place, ratio in enumerate(colours)}
    frames.draw_means(axis, risk, hue="soft_ratio", palette=colours, names=words, floor=floor)
    _logarithmic(axis)
    sizes = risk["n_train"].values[[0, -1]].astype(float)
    for power in (-0.5, -1.0):
        guide = 0.5 * (sizes / sizes[0]) ** power
        axis.plot(sizes, guide, color=style.GREY, linewidth=0.7, zorder=1)
        axis.annotate(
            {-0.5: "−1/2", -1.0: "−1"}[power], (sizes[1], guide[1]), (3, 0), textcoords="offset points", va="center",
            fontsize=7, color=style.GREY, annotation_clip=False,
        )  # fmt: skip
    # Room below for the legend.
    axis.set(ylim=(floor / 30, 1), ylabel=r"transfer risk $P[z_t z_s < 0]$")
    axis.legend(loc="lower left", ncols=2, fontsize=7)
    style.title(axis, "Risk against the sample size", f"{worlds_in_words(risk)}; grey lines: slopes −1/2 and −1")


def _draw_survival(axis, here, colours):
    size = here["oracle_size"].values[-1]
    survival = here["angle_survival"].sel(oracle_size=size)
    smallest = float(here["smallest_angle"].sel(oracle_size=size).min())
    for ratio, colour in colours.items():
        worlds = over_runs(survival.sel(soft_ratio=ratio)).transpose("beta", "world")
        style.draw_spread(axis, worlds, "world", colour)
        axis.plot(worlds["beta"], worlds.mean("world"), color=colour)
    axis.set(
        xlim=(RIGHT_ANGLE - 1.1 * (RIGHT_ANGLE - smallest), RIGHT_ANGLE),
        ylim=(0, 1.03),
        xlabel=r"angle $\beta$ (rad), up to $\pi/2$",
        ylabel=r"$p(\beta)$, share of points beyond $\beta$",
    )
    ends = list(colours)
    style.title(
        axis,
        f"Angles of features and oracle, N = {size}",
        f"ρ from {ends[0]:g} to {ends[-1]:g}; no point is nearer than {np.rad2deg(smallest):.1f}°",
    )


def _draw_smallest(axis, here):
    size = here["oracle_size"].values[-1]
    for name, colour, words in (
        ("smallest_angle", style.INK, "test points"),
        ("fresh_smallest_angle", style.RED, "fresh points"),
    ):
        angle = np.rad2deg(over_runs(here[name].sel(oracle_size=size)))
        frames.draw_means(axis, angle, color=colour, label=words)
    axis.axhline(90, color=style.INK, linewidth=0.8, linestyle=":")
    style.soft_ratio_axis(axis, here["soft_ratio"])
    axis.set_ylabel("smallest angle (°)")
    axis.legend(loc="lower left")
    style.title(axis, f"Where p(β) begins to fall, N = {size}", worlds_in_words(here["smallest_angle"]))


def _draw_angle(axis, angle, colours):
    frames.draw_means(axis, angle, hue="soft_ratio", palette=colours, names="")
    _logarithmic(axis)
    axis.axhline(RIGHT_ANGLE, color=style.INK, linewidth=0.8, linestyle=":")
    axis.set_ylabel(r"angle $\alpha'_n$ of student and oracle (rad)")
    slopes = _slopes(mean_slopes_by_world, angle, _FAR * int(angle["oracle_size"]))
    ends = (f"{in_words(slopes[place])} (ρ = {list(colours)[place]:g})" for place in (0, -1))
    style.title(axis, f"Direction, N = {int(angle['oracle_size'])}", f"slope for n ≤ N/8: {' and '.join(ends)}")


def _draw_drift(axis, here, colours):
    # An oracle that has seen hardly more points than the student is itself far from its limit.
    here = here.sel(
        n_train=here["oracle_angle"].notnull().any([d for d in here["oracle_angle"].dims if d != "n_train"])
    )
    far = here["n_train"].values <= _FAR * here["oracle_size"].values[-1]
    last = here.isel(n_train=max(int(far.sum()) - 1, 0))
    for name, line in (("oracle_angle", "-"), ("oracle_angle_nested", "--")):
        frames.draw_means(axis, last[name], hue="soft_ratio", palette=colours, names="", linestyle=line)
    online = over_runs(last["online_angle"]).mean("world")
    for ratio, colour in colours.items():
        axis.plot(online["oracle_size"], online.sel(soft_ratio=ratio), color=colour, linestyle=":", linewidth=1.2)
    axis.axhline(RIGHT_ANGLE, color=style.INK, linewidth=0.8)
    style.ticks_at(axis, here["oracle_size"].values)
    axis.set(ylim=(0, None), xlabel="points $N$ of the oracle", ylabel=r"angle $\alpha'_n$ of student and oracle (rad)")
    style.title(
        axis, f"Does the angle settle? n = {int(last['n_train'])}", "solid: other points; dashed: nested; dotted: SGD"
    )


def _logarithmic(axis):
    axis.set_xscale("log", base=2)
    axis.set(yscale="log", xlabel="sample size $n$")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
