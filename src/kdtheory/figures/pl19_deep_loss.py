"""Decay of the loss of deep linear students, balance of their start, and their risk (PL19 Appendices C and D)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/deep",),
    shows="Appendix C",
    question="04. What does the student learn?",
    caption=(
        "Deep linear students of N layers; above, a line is one world, and the loss must not cross the paper's bounds "
        "(dashed), of eq. 59 left and of eq. 57 right. Lower left: the paper expects a small start to be nearly "
        "balanced (eq. 13), which depends on what its imbalance is compared with. Lower right: the risk of trained "
        "students below the bound of Theorem D.1."
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
    paths = _paths(deep.sel(init_ratio=ratio))
    _draw_losses(axes[0, 0], paths, colours, ratio)
    _draw_slopes(axes[0, 1], paths, colours, ratio)
    _draw_imbalance(axes[1, 0], deep.sel(start="gaussian"), colours)
    _draw_risk(axes[1, 1], deep, colours)
    for depth, colour in colours.items():
        axes[0, 0].plot([], [], color=colour, linewidth=2, label=f"N = {depth}")
    axes[0, 0].plot([], [], **style.BOUNDS["theorem"], label="bound of the paper")
    style.legend_below(figure, len(colours) + 1, panels=[axes[0, 0]])
    return figure


def _paths(deep):
    """Share of the first loss, its bound and its slope over the least one, along each path until it rests: a frame."""
    import xarray as xr

    loss, time = (deep[name] for name in ("path_loss", "path_time"))
    (along,) = set(loss.dims) - {"depth", "world"}
    share = loss / loss.isel({along: 0})
    moves = (time.shift({along: 1}, fill_value=-1.0) < time) & (share > _VANISHED)
    slope = deep["path_loss_slope"] / deep["path_loss_slope_bound"]
    columns = {"time": time, "share": share, "bound": np.exp(-deep["loss_rate_bound"] * time), "slope": slope}
    paths = xr.Dataset(columns).where(moves).reset_coords(drop=True)
    return paths.to_dataframe().reset_index().dropna(subset=["share"])


def _draw_losses(axis, paths, colours, ratio):
    paths = paths[paths["time"] > 0]
    frames.draw_worlds(axis, paths, "time", "share", "depth", colours)
    frames.draw_worlds(axis, paths, "time", "bound", "depth", colours, linestyle="--")
    axis.set(xscale="log", yscale="log", xlabel="time $t$ (sum of the steps' sizes)", ylabel=r"loss $L(t) / L(0)$")
    longest = style.number(float(paths["time"].max()))
    style.title(axis, f"Decay of the loss, n < d, r = {ratio:g}", f"followed for up to t = {longest}")


def _draw_slopes(axis, paths, colours, ratio):
    frames.draw_worlds(axis, paths, "share", "slope", "depth", colours)
    axis.axhline(1, **style.BOUNDS["theorem"])
    axis.set(
        xscale="log",
        xlabel=r"loss $L(t) / L(0)$ (training goes to the left)",
        ylim=(0.8, None),
        ylabel="fall of the loss over its least",
    )
    style.title(axis, f"Slope of the loss, eq. 57, r = {ratio:g}", f"at least {paths['slope'].min():.3f} of the least")


def _draw_imbalance(axis, gaussian, colours):
    deeper = {depth: colour for depth, colour in colours.items() if depth > 1}
    for name, words, options in (
        ("imbalance_by_start", "beside the limit's factors", {}),
        ("imbalance_own_size_by_start", "beside its own factors", {"linestyle": "--", "marker": ""}),
    ):
        frames.draw_means(axis, gaussian[name], hue="depth", palette=deeper, names="", **options)
        axis.plot([], [], color=style.GREY, **{"marker": "o", **options}, label=words)
    axis.set(xscale="log", yscale="log", xlabel=r"start $r = \|w(0)\| \,/\, \|\hat{w}\|$")
    frames.fit_to_means(axis, margin=0.1)
    axis.set_ylabel(r"largest $\|W_{j+1}^\top W_{j+1} - W_j W_j^\top\|$, relative")
    axis.legend(loc="lower right")
    style.title(axis, "Imbalance of a Gaussian start", f"means of {gaussian.sizes['world']} worlds")


def _draw_risk(axis, deep, colours):
    sizes = deep["risk_init_ratio"].values
    shifts = np.linspace(-0.2, 0.2, len(sizes)) if len(sizes) > 1 else [0.0]
    for size, shift, marker in zip(sizes, shifts, "osD^v", strict=False):
        risk, bound = (deep[name].sel(risk_init_ratio=size) for name in ("trained_risk", "trained_risk_bound"))
        risk = risk.dropna("depth", how="all")
        risk = risk.assign_coords(depth=risk["depth"] + shift)
        for place in risk["depth"].values:
            colour = colours[round(place - shift)]
            frames.draw_means(axis, risk.sel(depth=[place]), "risk_world", color=colour, marker=marker)
            axis.plot([place - 0.08, place + 0.08], 2 * [float(bound.sel(depth=round(place - shift)))], color=colour)
        axis.plot([], [], marker, color=style.GREY, label=f"r = {size:g}")
    axis.plot([], [], color=style.GREY, label="bound of Theorem D.1")
    axis.set(
        yscale="log",
        xlabel="depth $N$",
        ylabel=r"transfer risk $P[h \neq h_*]$",
        xticks=[depth for depth in colours if depth > 1],
    )
    axis.legend(loc="center")
    within = (deep["trained_distance"] <= deep["trained_epsilon"]).sum() / deep["trained_distance"].notnull().sum()
    style.title(axis, "Risk of trained deep students", f"{100 * float(within):.0f} % end within Theorem 2's ε")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
