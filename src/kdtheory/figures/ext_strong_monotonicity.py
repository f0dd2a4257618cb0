"""By how much an added point helps, and whether it always does for kernel students and networks (outlook of PL19)."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.ext_transfer_design import DESIGNS
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import mean_and_bars
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("linear/monotonicity", "wide/kernel_design", "wide/growth"),
    shows="Strong monotonicity, graded and beyond linear students",
    question="03. Strong monotonicity: does one more point always help?",
    caption=(
        "PL19 ask by how much one more point helps, and whether monotonicity carries over to nonlinear students. "
        "Above: the graded index of linear learners beside their risk, and the angle of kernel students, which falls "
        "with every point. Below: the risk of kernel students and of networks need not fall; look for dots (points "
        "that raise it) and at their share in all worlds."
    ),
)

_LEARNERS = {
    "distillation": ("distillation", "o"),
    "hard_target_descent": ("hard labels, descent", "s"),
    "hard_target_margin": ("hard labels, max-margin", "D"),
    "reduced_bias": (r"reduced bias $w_\delta$", "^"),
}


def draw(monotonicity, design, growth):
    """Draw the graded index, angles of kernel students, single chains of risks and what they tell of all worlds."""
    figure, axes = style.panels(2, 2, width=4.6, height=3.3)
    _draw_learners(axes[0, 0], monotonicity)
    _draw_angles(axes[0, 1], design["angle"])
    chains = _chains(design, growth)
    _draw_chains(axes[1, 0], chains)
    _draw_shares(axes[1, 1], chains)
    return figure


def _draw_learners(axis, monotonicity):
    named = set()
    for learner in map(str, monotonicity["learner"].values):
        kind = "reduced_bias" if learner.startswith("delta_") else learner
        words, marker = _LEARNERS[kind]
        here, colour = monotonicity.sel(learner=learner), style.LEARNERS[kind]
        (index, index_bar), (risk, risk_bar) = (mean_and_bars(here[name]) for name in ("angle_decay", "risk"))
        same = float(here["angle_decay_same_q"].mean("world"))
        axis.plot([index, same], [risk, risk], color=colour, linewidth=0.9, linestyle=":")
        label = None if kind in named else words
        axis.errorbar(index, risk, risk_bar, index_bar, fmt=marker, color=colour, ms=6, elinewidth=1, label=label)
        named.add(kind)
    axis.axvline(0, color=style.GREY, linewidth=0.8)
    axis.set(
        xlabel=r"graded index, fall of $\ln\alpha$ by one more point",
        ylabel=r"transfer risk $P[h \neq h_*]$",
        ylim=(0, None),
    )
    axis.legend()
    style.title(axis, "By how much a point helps", f"linear students, {worlds_in_words(monotonicity)}")


def _draw_angles(axis, angle):
    for design, (colour, name, _) in DESIGNS.items():
        chosen = np.rad2deg(angle.sel(design=design)).transpose("n_train", "world")
        axis.plot(chosen["n_train"], chosen, color=colour, linewidth=0.5, alpha=0.25)
        axis.plot(chosen["n_train"], chosen.mean("world"), color=colour, label=name)
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter("{x:.0f}")
    axis.set(xlabel="transfer points $n$", ylabel="angle to the teacher (°)")
    axis.legend(loc="lower left")
    rises = angle.transpose(..., "n_train").diff("n_train")
    style.title(axis, "Kernel: the angle", f"largest rise {np.rad2deg(max(float(rises.max()), 0.0)):.1g}°")


def _chains(design, growth):
    """Risk (n_train, world) at the sizes and in the worlds of the networks, by student, with its colour."""
    kernel = design["risk"].sel(design="random", n_train=growth["n_train"].values, world=growth["world"].values)
    chains = {"kernel": (style.INK, kernel)}
    for width, colour in zip(growth["width"].values, (style.SKY, style.RED, style.PURPLE, style.BLUE), strict=False):
        chains[f"network, width {width}"] = colour, growth["risk"].sel(width=width)
    return {name: (colour, risk.transpose("n_train", "world")) for name, (colour, risk) in chains.items()}


def _draw_chains(axis, chains):
    for name, (colour, risk) in chains.items():
        first = risk.isel(world=0)
        axis.plot(first["n_train"], first, color=colour, label=name)
        up = first.diff("n_train") > 0
        axis.plot(up["n_train"][up], first.sel(n_train=up["n_train"])[up], "o", color=colour, ms=4)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set(xlabel="transfer points $n$", ylabel="transfer risk", ylim=(0, None))
    axis.legend()
    style.title(axis, "Risk of one chain", "world 0; a dot: this point raised it")


def _draw_shares(axis, chains):
    for place, (colour, risk) in enumerate(chains.values()):
        steps = risk.diff("n_train")
        gross = np.abs(steps).sum("n_train")
        shares = (steps > 0).mean("n_train"), -steps.sum("n_train") / gross.where(gross > 0)
        for values, shift, marker in zip(shares, (-0.12, 0.12), ("o", "s"), strict=True):
            x = place + shift + np.linspace(-0.04, 0.04, values.sizes["world"])
            axis.plot(x, values, marker, color=colour, ms=2.5, alpha=0.4, mew=0)
            axis.errorbar(place + shift, *mean_and_bars(values), fmt=marker, color=colour, mec="white", ms=7)
    labels = [name.replace("network, ", "") for name in chains]
    axis.set_xticks(range(len(labels)), labels)
    axis.plot([], [], "o", color=style.GREY, label="share of points\nthat raise the risk")
    axis.plot([], [], "s", color=style.GREY, label="directness")
    axis.set_ylim(-0.5, 1.1)
    axis.legend(loc="lower left")
    worlds = next(iter(chains.values()))[1]
    sizes = worlds["n_train"].values
    style.title(axis, "How monotone is the risk?", f"n = {sizes[0]}…{sizes[-1]}, {worlds_in_words(worlds)}")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
