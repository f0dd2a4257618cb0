"""Theorem 3 on every kind of angle law, on MNIST, and inside its proof, up to n = d − 1 (PL19 Section 4.2, eq. 32)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/digit_bound", "linear/margin", "linear/rates"),
    shows="Theorem 3 on all laws, Corollaries 1 and 2, eq. 32",
    question="05. How good are the bounds?",
    caption=(
        "Theorem 3 and its corollaries on every kind of angle law. On MNIST the bound is 1 at every n (upper left), "
        "while the paper calls its bounds far from vacuous; Corollaries 1 and 2 promise rates for data with a margin "
        "and polynomial data (upper middle and right). Lower right: how much Theorem 3 gives away on each law."
    ),
)

_DRAWN, _DRAWN_OF_POINTS = 1e-12, 1e-7
_SIZES_OF_POINTS = (1, 3, 10, 30)


def draw(digits, margin, rates):
    """Draw each law's expected risk with the bounds on it."""
    figure, axes = style.panels(3, 2, width=3.9, height=3.4)
    below = rates.sel(n_train=rates["n_train"] < rates["input_dim"])
    scaled = rates.sel(scaled_n_train=rates["scaled_risk"].notnull().any("world"))
    _draw_digits(axes[0, 0], digits)
    _draw_margin(axes[0, 1], margin, rates)
    _draw_polynomial(axes[0, 2], below)
    _draw_points(axes[1, 0], below)
    _draw_scaled(axes[1, 1], scaled)
    _draw_slack(axes[1, 2], below, scaled)
    return figure


def _draw_digits(axis, digits):
    colours = {"population": style.BLUE, "held_out": style.SKY}
    words = {"population": "the pool is the population", "held_out": "test images, p̂ with its band"}
    floor = style.floor_of(*(digits[f"{name}_risk"].mean("world") for name in colours))
    for name, colour in colours.items():
        frames.draw_means(axis, digits[f"{name}_risk"], floor=floor, color=colour, label=words[name])
        bound = digits[f"{name}_bound"].mean("world")
        axis.plot(digits["n_train"], bound, color=colour, linestyle="--", label=None)
    axis.plot([], [], color=style.INK, linestyle="--", label="Theorem 3")
    axis.set(
        xscale="log",
        yscale="log",
        ylim=(floor / 2, 3),
        xlabel="number of transfer images $n$",
        ylabel="transfer risk, bound",
    )
    axis.legend(loc="lower left")
    nearest = float(np.rad2deg(digits["nearest_angle"].min()))
    style.title(axis, "MNIST, digits 0 and 1", f"closest image to the teacher: {nearest:.0f}°; 45° is needed")


def _draw_margin(axis, margin, rates):
    colours = style.shades(list(rates["dim"].values), lightest=0.6)
    names = "d = {}, expected risk"
    frames.draw_means(axis, rates["margin_risk"], hue="dim", palette=colours, names=names, marker="", linewidth=1.3)
    axis.set_yscale("log")
    for dim, colour in colours.items():
        if dim in margin["dim"].values:
            stored = margin["risk"].sel(dim=dim).where(margin["n_train"] < dim)
            telling = stored.isel(n_train=np.flatnonzero((stored > 0).sum("world") >= 10))
            axis.plot(telling["n_train"], telling.mean("world"), "o", color=colour, mfc="white", ms=4)
    longest = rates.sel(dim=max(colours)).dropna("margin_n_train", how="all", subset=["margin_bound"])
    axis.plot(longest["margin_n_train"], longest["margin_bound"], label=r"$\gamma^n$", **style.BOUNDS["corollary"])
    axis.plot(longest["margin_n_train"], longest["margin_bound_theorem"], label="Theorem 3", **style.BOUNDS["theorem"])
    axis.set(xlabel="number of transfer points $n$", ylabel="transfer risk, bound")
    axis.legend(loc="lower left")
    last = float(longest["margin_risk"].isel(margin_n_train=-1).mean("world"))
    style.title(axis, "Corollary 1 up to n = d − 1", f"mean risk {style.number(last)} at the last n")


def _draw_polynomial(axis, below):
    colours = style.shades(list(below["kappa"].values))
    frames.draw_means(axis, below["risk"], hue="kappa", palette=colours, names="κ = {:g}", floor=_DRAWN, ms=4)
    axis.set(xscale="log", yscale="log")
    for kappa, colour in colours.items():
        here = below.sel(kappa=kappa)
        axis.plot(below["n_train"], here["risk_bound_polynomial"], color=colour, linestyle="-.", linewidth=1)
        axis.plot(below["n_train"], here["risk_bound"], color=colour, linestyle="--", linewidth=1)
    for name, words in (("theorem", "Theorem 3"), ("corollary", "Corollary 2")):
        axis.plot([], [], color=style.INK, linestyle=style.BOUNDS[name]["linestyle"], label=words)
    axis.set(ylim=(None, 3), xlabel="number of transfer points $n$", ylabel="transfer risk, bound")
    axis.legend(loc="lower left", ncols=2)
    style.title(axis, "Corollary 2 at several κ", f"d = {float(below['input_dim']):g}, expected risk")


def _draw_points(axis, below):
    kappa = below["kappa"].values[np.argmin(np.abs(below["kappa"].values - 1))]
    here = below.sel(kappa=kappa)
    sizes = [size for size in _SIZES_OF_POINTS if size in here["n_train"].values]
    degrees = np.rad2deg(here["easy_angle"].values)
    errors, floor = here["conditional_error"].assign_coords(easy_angle=degrees), _DRAWN_OF_POINTS
    frames.draw_means(axis, errors, hue="n_train", palette=style.shades(sizes), names="n = {}", floor=floor)
    axis.set_yscale("log")
    for size, colour in style.shades(sizes).items():
        bound = here["conditional_bound"].sel(n_train=size)
        axis.plot(degrees, bound.where(bound > floor), "--", color=colour)
    axis.plot([], [], "--", color=style.INK, label=r"bound $p(\pi/2 - \beta)^n$")
    axis.set(
        ylim=(_DRAWN_OF_POINTS / 2, 3),
        xlabel=r"angle $\beta$ between point and teacher (°)",
        ylabel="probability of an error, bound",
    )
    style.legend_under(axis, 3)
    style.title(axis, f"Eq. 32: an easy point, κ = {kappa:g}", "both sides of the boundary are alike (eq. 33)")


def _draw_scaled(axis, scaled):
    frames.draw_means(axis, scaled["scaled_risk"], color=style.BLUE, label="expected risk")
    axis.set(xscale="log", yscale="log")
    axis.plot(scaled["scaled_n_train"], scaled["scaled_bound"], label="Theorem 3", **style.BOUNDS["theorem"])
    axis.set(ylim=(None, 3), xlabel="number of transfer points $n$", ylabel="transfer risk, bound")
    axis.legend(loc="lower left")
    vacuous = scaled["scaled_n_train"].values[(scaled["scaled_bound"] >= 1).values]
    until = f"Theorem 3 is 1 up to n = {vacuous.max()}" if vacuous.size else "Theorem 3 is below 1 everywhere"
    style.title(axis, "Data crowded at the boundary", until)


def _draw_slack(axis, below, scaled):
    """Bound over mean risk of every law, by seaborn."""
    import pandas as pd
    import seaborn

    rows = []
    for kappa in below["kappa"].values:
        here = below.sel(kappa=kappa)
        rows += [(n, ratio, f"κ = {kappa:g}") for n, ratio in _slack(here["n_train"], here["risk"], here["risk_bound"])]
    for dim in below["dim"].values:
        here = below.sel(dim=dim)
        cells = _slack(here["margin_n_train"], here["margin_risk"], here["margin_bound_theorem"])
        rows += [(n, ratio, f"margin, d = {dim}") for n, ratio in cells]
    cells = _slack(scaled["scaled_n_train"], scaled["scaled_risk"], scaled["scaled_bound"])
    rows += [(n, ratio, "crowded") for n, ratio in cells]
    frame = pd.DataFrame(rows, columns=["n", "ratio", "law"])
    seaborn.lineplot(frame, x="n", y="ratio", hue="law", style="law", palette="colorblind", ax=axis, errorbar=None)
    axis.axhline(1, color=style.GREY, linewidth=1)
    axis.set(
        xscale="log",
        yscale="log",
        ylim=(0.5, 1e10),
        xlabel="number of transfer points $n$",
        ylabel="Theorem 3's bound / mean risk",
    )
    axis.legend(loc="upper left", fontsize=7)
    style.title(axis, "What Theorem 3 gives away", f"at least a factor of {style.number(float(frame['ratio'].min()))}")


def _slack(sizes, risk, bound):
    """Pairs of n and bound over mean risk where both are known and the risk can be told from 0."""
    mean = risk.mean("world")
    known = (mean > 0).values & bound.notnull().values
    return list(zip(sizes.values[known], (bound / mean).values[known], strict=True))


if __name__ == "__main__":
    run_figure(draw, FIGURE)
