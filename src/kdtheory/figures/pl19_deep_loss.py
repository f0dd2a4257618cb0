"""Decay of the loss of deep linear students, balance of their start, and their risk (PL19 Appendices C and D)."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/deep",),
    shows="Appendix C",
    question="04. What does the student learn?",
    caption=(
        "Deep linear students of N layers from balanced starts; a line is one world. Upper left: the loss over its "
        "start against the time of training; the dashed lines are the bounds exp(−c̃t) of eq. 59 with the constant of "
        "the proof, which the losses must not cross. Upper right: the fall of the loss over the least fall that eq. 57 "
        "admits, along the path from right to left; it must not go below the dashed line, and may reach N. Lower left: "
        "how far Gaussian starts of relative size r are from balanced (eq. 13), beside balanced factors of the trained "
        "student (full) and beside their own factors (hollow): the paper expects a small start to be nearly balanced. "
        "Lower right: mean risk of trained deep students (dots, 95 % intervals) below the bound of Theorem D.1 (bars)."
    ),
)

# The path of a start of about this size is drawn.
_SIZE = 1e-2
_VANISHED = 1e-18


def draw(deep):
    """Draw losses against time, slopes against eq. 57, imbalances against the start's size, and risks."""
    figure, axes = style.panels(2, 2, width=4.4, height=3.4)
    colours = style.shades(list(deep["depth"].values))
    ratios = deep["init_ratio"].values
    ratio = float(ratios[np.abs(np.log(ratios / _SIZE)).argmin()])
    _draw_losses(axes[0, 0], deep.sel(init_ratio=ratio), colours, ratio)
    _draw_slopes(axes[0, 1], deep.sel(init_ratio=ratio), colours, ratio)
    _draw_imbalance(axes[1, 0], deep, colours)
    _draw_risk(axes[1, 1], deep, colours)
    for depth, colour in colours.items():
        axes[0, 0].plot([], [], color=colour, linewidth=2, label=f"N = {depth}")
    axes[0, 0].plot([], [], **style.BOUNDS["theorem"], label="bound of the paper")
    style.legend_below(figure, len(colours) + 1, panels=[axes[0, 0]])
    return figure


def _moving(here):
    """Share of the first loss, time and place of the steps before a student of one world rests."""
    loss, time = here["path_loss"].values, here["path_time"].values
    share = loss / loss[0]
    kept = np.isfinite(share) & (share > _VANISHED) & (np.diff(time, prepend=-1.0) > 0)
    return share, time, kept


def _draw_losses(axis, deep, colours, ratio):
    longest = 1.0
    for depth, colour in colours.items():
        for world in range(deep.sizes["world"]):
            here = deep.sel(depth=depth).isel(world=world)
            share, time, kept = _moving(here)
            kept &= time > 0
            axis.plot(time[kept], share[kept], color=colour, linewidth=1)
            bound = np.exp(-float(here["loss_rate_bound"]) * time[kept])
            axis.plot(time[kept], bound, color=colour, linestyle="--", linewidth=1)
            longest = max(longest, time[kept].max(initial=0))
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("time $t$ (sum of the steps' sizes)")
    axis.set_ylabel(r"loss $L(t) / L(0)$")
    style.title(axis, f"Decay of the loss, n < d, r = {ratio:g}", f"followed for up to t = {style.number(longest)}")


def _draw_slopes(axis, deep, colours, ratio):
    least = np.inf
    for depth, colour in colours.items():
        for world in range(deep.sizes["world"]):
            here = deep.sel(depth=depth).isel(world=world)
            share, _, kept = _moving(here)
            fall = (here["path_loss_slope"] / here["path_loss_slope_bound"]).values
            kept &= np.isfinite(fall)
            axis.plot(share[kept], fall[kept], color=colour, linewidth=1)
            least = min(least, fall[kept].min(initial=np.inf))
    axis.axhline(1, **style.BOUNDS["theorem"])
    axis.set_xscale("log")
    axis.set_ylim(bottom=0.8)
    axis.set_xlabel(r"loss $L(t) / L(0)$ (training goes to the left)")
    axis.set_ylabel("fall of the loss over its least")
    style.title(axis, f"Slope of the loss, eq. 57, r = {ratio:g}", f"at least {least:.3f} of the least")


def _draw_imbalance(axis, deep, colours):
    gaussian = deep.sel(start="gaussian").sortby("init_ratio")
    ratios = gaussian["init_ratio"].values
    for depth, colour in colours.items():
        if depth < 2:
            continue
        here = gaussian.sel(depth=depth).transpose("init_ratio", "world", ...)
        axis.plot(ratios, here["imbalance_by_start"].mean("world"), "o-", color=colour)
        axis.plot(
            ratios, here["imbalance_own_size_by_start"].mean("world"), "o--", color=colour, mfc="white", linewidth=1
        )
    axis.plot([], [], "o-", color=style.GREY, label="beside the limit's factors")
    axis.plot([], [], "o--", color=style.GREY, mfc="white", linewidth=1, label="beside its own factors")
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel(r"start $r = \|w(0)\| \,/\, \|\hat{w}\|$")
    axis.set_ylabel(r"largest $\|W_{j+1}^\top W_{j+1} - W_j W_j^\top\|$, relative")
    axis.legend(loc="lower right")
    style.title(axis, "Imbalance of a Gaussian start", f"means of {deep.sizes['world']} worlds")


def _draw_risk(axis, deep, colours):
    sizes = deep["risk_init_ratio"].values
    shifts = np.linspace(-0.2, 0.2, len(sizes)) if len(sizes) > 1 else [0.0]
    markers = "osD^v"
    for place, (size, shift) in enumerate(zip(sizes, shifts, strict=True)):
        here = deep.sel(risk_init_ratio=size)
        mean, error = style.mean_and_half_width(here["trained_risk"], "risk_world")
        bound = here["trained_risk_bound"]
        for depth, colour in colours.items():
            if not np.isfinite(mean.sel(depth=depth)):
                continue
            bar = float(error.sel(depth=depth).fillna(0))
            marker = markers[place % len(markers)]
            axis.errorbar(depth + shift, float(mean.sel(depth=depth)), bar, fmt=marker, color=colour)
            if np.isfinite(bound.sel(depth=depth)):
                axis.plot(
                    [depth + shift - 0.08, depth + shift + 0.08], [float(bound.sel(depth=depth))] * 2, color=colour
                )
        axis.plot([], [], markers[place % len(markers)], color=style.GREY, label=f"r = {size:g}")
    axis.plot([], [], color=style.GREY, label="bound of Theorem D.1")
    axis.set_yscale("log")
    axis.set_xticks([depth for depth in colours if depth > 1])
    axis.set_xlabel("depth $N$")
    axis.set_ylabel(r"transfer risk $P[h \neq h_*]$")
    axis.legend(loc="center")
    within = (deep["trained_distance"] <= deep["trained_epsilon"]).sum() / deep["trained_distance"].notnull().sum()
    style.title(axis, "Risk of trained deep students", f"{100 * float(within):.0f} % end within Theorem 2's ε")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
