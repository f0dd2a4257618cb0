"""The paper's bounds on the transfer risk against the measured risk (PL19 Theorems 3 and D.1, Corollaries 1 and 2)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import mean_and_bars

FIGURE = Figure(
    reads=("linear/alignment", "linear/margin"),
    shows="Theorems 3 and D.1, Corollaries 1 and 2",
    question="05. How good are the bounds?",
    caption=(
        "The paper's bounds beside the risks that they bound: Theorem 3 and Corollary 2 (upper left and middle), "
        "Corollary 1 (upper right), Theorem D.1 (lower left). A bound holds where it lies above the risk, and says "
        "nothing in the grey. Lower middle: a mean risk above the printed bound of Corollary 2 is a counterexample to "
        "it; lower right: Lemma 1 says that no line rises."
    ),
)

_BOUNDS = {
    "risk_bound": ("Theorem 3", "theorem"),
    "risk_bound_sharper": ("Theorem 3, sharper (Sec. 4.3)", "sharper"),
    "risk_bound_polynomial": ("Corollary 2", "corollary"),
}
_BLUE = style.LEARNERS["distillation"]


def draw(alignment, margin):
    """Draw every bound of the paper with the risk that it bounds."""
    figure, axes = style.panels(3, 2, width=3.9, height=3.4)
    swept = alignment["risk"].notnull().any("world")
    grown = alignment["growth_risk"].notnull().any("growth_world")
    size = alignment["n_train"][int(swept.sum("kappa").argmax("n_train"))]
    kappa = alignment["kappa"][int(grown.sum("n_train").argmax("kappa"))]
    growth = alignment.sel(kappa=kappa).sel(n_train=grown.sel(kappa=kappa))
    _draw_ratio(axes[0, 0], alignment.sel(n_train=size).sel(kappa=swept.sel(n_train=size)))
    # From n = d on the student is the teacher, and no bound is about it.
    _draw_growth(axes[0, 1], growth.sel(n_train=growth["n_train"] < growth["input_dim"]))
    _draw_margin(axes[0, 2], margin)
    _draw_approximate(axes[1, 0], alignment)
    _draw_scaled(axes[1, 1], alignment)
    _draw_angles(axes[1, 2], growth)
    style.legend_below(figure, 4, axes[0, :2])
    return figure


def _draw_ratio(axis, sweep):
    risk = sweep["risk"].mean("world")
    for name, (words, style_of) in _BOUNDS.items():
        line = style.BOUNDS[style_of]
        ratio = (sweep[name] / risk).values
        axis.plot(sweep["kappa"], ratio, label=words, **line)
        # The sharper bound has no markers: they would hide those of Theorem 3.
        for vacuous, face in ((False, line["color"]), (True, "white")) if style_of != "sharper" else ():
            chosen = (sweep[name] >= 1).values == vacuous
            axis.plot(sweep["kappa"].values[chosen], ratio[chosen], "o", color=line["color"], mfc=face, ms=4)
    axis.axhline(1, color=_BLUE, linewidth=1)
    axis.set_xscale("log", base=2)
    axis.set(yscale="log", ylim=(0.5, None), xlabel=r"angular alignment $\kappa$", ylabel="bound / mean risk")
    least, most = (
        style.number(float(value)) for value in ((sweep["risk_bound"] / risk).min(), (sweep["risk_bound"] / risk).max())
    )
    style.title(axis, f"Bound over risk, n = {int(sweep['n_train'])}", f"Theorem 3: {least} to {most} times the risk")


def _draw_growth(axis, growth):
    floor = style.floor_of(growth["growth_risk"].mean("growth_world"))
    frames.draw_means(axis, growth["growth_risk"], "growth_world", floor=floor, color=_BLUE, label="measured risk")
    axis.set(xscale="log", yscale="log")
    axis.axhspan(1, 10, color=style.LIGHT, alpha=0.5, linewidth=0)
    for name, (_, line) in _BOUNDS.items():
        axis.plot(growth["n_train"], growth[name], **style.BOUNDS[line])
    axis.plot(growth["n_train"], growth["hard_bound_vc"], label="hard labels, VC bound", **style.BOUNDS["vc"])
    # A set of n points bounds the risk of n − 1.
    margin = growth["hard_bound_margin"].mean("growth_world").sel(hard_n_train=growth["hard_n_train"] > 1)
    sizes = margin["hard_n_train"] - 1
    axis.plot(sizes, margin, label="hard labels, margin bound", **style.BOUNDS["margin"])
    axis.set(ylim=(floor / 2, 20), xlabel="number of transfer points $n$", ylabel="transfer risk, bound")
    vacuous = growth["n_train"].values[(growth["risk_bound"] >= 1).values]
    until = f"Theorem 3 is 1 up to n = {vacuous.max()}" if vacuous.size else "Theorem 3 is below 1 everywhere"
    style.title(axis, f"Bounds and risk, κ = {float(growth['kappa']):g}", until)


def _draw_margin(axis, margin):
    colours = style.shades(list(margin["dim"].values), lightest=0.6)
    floor = style.floor_of(margin["risk"].mean("world"))
    means = frames.draw_means(axis, margin["risk"], hue="dim", palette=colours, names="d = {}", floor=floor)
    axis.set_yscale("log")
    first_zero = []
    for dim, colour in colours.items():
        here = margin.sel(dim=dim)
        mean = means.sel(dim=dim).dropna("n_train")
        bound = here["risk_bound"].dropna("n_train")
        axis.plot(bound["n_train"], bound, color=colour, linestyle="-.", linewidth=1.2)
        zero = mean["n_train"].values[mean.values == 0]
        if zero.size and mean.sel(n_train=slice(zero.min(), None)).max() == 0:
            first_zero.append(f"{zero.min()} (d = {dim})")
    axis.set(ylim=(floor / 2, 3), xlabel="number of transfer points $n$", ylabel=r"transfer risk, bound $\gamma^n$")
    axis.legend(loc="center right")
    below = f"every set at risk 0 from n = {', '.join(first_zero)}" if first_zero else ""
    style.title(axis, "Corollary 1: with a margin", below)


def _draw_approximate(axis, alignment):
    sizes = alignment["risk_approximate"].notnull().any(["perturbation", "world", "kappa"])
    cells = alignment.sel(gram_n_train=alignment["gram_n_train"].values[sizes.values][-1])
    colours = style.shades(list(cells["perturbation"].values))
    floor = style.floor_of(cells["risk_approximate"].mean("world"))
    risk = cells["risk_approximate"].dropna("world", how="all")
    names = {epsilon: rf"$\varepsilon$ = {style.number(epsilon)}" for epsilon in colours}
    means = frames.draw_means(axis, risk, hue="perturbation", palette=colours, names=names, floor=floor)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.axhspan(1, 10, color=style.LIGHT, alpha=0.5, linewidth=0)
    slack = np.inf
    for epsilon, colour in colours.items():
        here = cells.sel(perturbation=epsilon)
        axis.plot(cells["kappa"], here["risk_bound_approximate"], color=colour, linestyle="--", linewidth=1.2)
        mean = means.sel(perturbation=epsilon)
        slack = min(slack, float((here["risk_bound_approximate"] / mean).min()))
    axis.set(ylim=(floor / 2, 3), xlabel=r"angular alignment $\kappa$", ylabel="transfer risk, bound")
    axis.legend(loc="lower left")
    style.title(
        axis, f"Theorem D.1, n = {int(cells['gram_n_train'])}", f"bound at least {style.number(slack)} times the risk"
    )


def _draw_scaled(axis, alignment):
    risk = alignment["scaled_risk"]
    sizes = risk["scaled_n_train"].values
    mean, bars = mean_and_bars(risk, "scaled_world")
    printed, proved = alignment["scaled_bound_printed"], alignment["scaled_bound_proved"]
    places = np.arange(len(sizes))
    for place, size in zip(places, sizes, strict=True):
        sets = risk.sel(scaled_n_train=size).dropna("scaled_world").values
        axis.plot(
            place + np.linspace(-0.2, 0.2, sets.size),
            sets,
            ".",
            color=_BLUE,
            alpha=0.35,
            ms=3,
            label=None if place else "one transfer set",
        )
        axis.plot(
            [place - 0.35, place + 0.35],
            2 * [float(printed.sel(scaled_n_train=size))],
            **style.BOUNDS["corollary"],
            label=None if place else "bound as printed",
        )
    axis.errorbar(places, mean.values, bars, fmt="o", color=style.INK, ms=5, zorder=4, label="mean")
    axis.set(yscale="log", xlim=(-0.6, len(sizes) - 0.4), ylim=(style.floor_of(risk, printed) / 2, 3))
    axis.set_xticks(places, [str(size) for size in sizes])
    axis.set(xlabel="number of transfer points $n$", ylabel="transfer risk, bound")
    axis.legend(loc="upper left")
    words = ", ".join(style.number(float(value)) for value in (mean / printed))
    proofs = ", ".join(
        "beyond $10^{308}$" if np.isinf(value) else style.number(float(value)) for value in proved.values
    )
    style.title(axis, "Corollary 2 with c > 1", f"risk {words} times the printed bound; the proof's bound: {proofs}")


def _draw_angles(axis, growth):
    chains = growth.transpose("n_train", ...)
    angle = chains["growth_angle"]
    floor = style.floor_of(angle.where(chains["n_train"] < chains["input_dim"]))
    axis.set(xscale="log", yscale="log")
    axis.plot(angle["n_train"], angle.where(angle >= floor), color=_BLUE, alpha=0.4, linewidth=0.8)
    least = angle.min("growth_world")
    style.mark_floor(axis, least["n_train"], least, floor, _BLUE)
    axis.set(xlabel="number of transfer points $n$", ylabel=r"angle $\alpha(w_*, \hat{w})$ (rad)")
    steps, risk_steps = angle.diff("n_train"), chains["growth_risk"].diff("n_train")
    rises, risk_rises, count = int((steps > 0).sum()), int((risk_steps > 0).sum()), int(steps.notnull().sum())
    style.title(
        axis,
        f"Lemma 1 along growing sets, κ = {float(growth['kappa']):g}",
        f"of {count} steps the angle rises in {rises}, the risk in {risk_rises}",
    )


if __name__ == "__main__":
    run_figure(draw, FIGURE)
