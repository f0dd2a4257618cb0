"""Transfer risk against angular alignment, and against the number of points (PL19 Fig. 3 and introduction)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/alignment",),
    shows="Fig. 3",
    question="01. Data geometry: which tasks are easy?",
    caption=(
        "Left and middle: the expected risk of the distilled student against the alignment κ, which decreases in the "
        "paper, with the bounds of Theorem 3 and Corollary 2. Right: risk against n, beside learners that see only the "
        "teacher's decisions; the introduction says that soft labels teach faster: compare the vertical distance of "
        "the lines."
    ),
)


def draw(alignment):
    """Draw risk against κ on linear and logarithmic axes, and against n."""
    figure, axes = style.panels(3, height=3.4)
    size = int(alignment["n_train"][alignment["risk"].notnull().any("world").sum("kappa").argmax("n_train")])
    sweep = alignment.sel(n_train=size)
    sweep = sweep.sel(kappa=sweep["risk"].notnull().any("world"))
    for axis, logarithmic in zip(axes[0, :2], (False, True), strict=True):
        _draw_alignment(axis, sweep, logarithmic)
    fall = style.number(float(sweep["risk"].mean("world").isel(kappa=0) / sweep["risk"].mean("world").isel(kappa=-1)))
    distance = sweep["descent_distance"].median().item()
    style.title(
        axes[0, 0],
        f"Risk against alignment, n = {size}",
        f"trained: median distance to the limit {style.number(distance)} of its norm",
    )
    style.title(
        axes[0, 1], f"Risk against alignment, n = {size}", f"logarithmic axis; left end {fall} times the right end"
    )
    _draw_growth(axes[0, 2], alignment)
    style.legend_below(figure, 4)
    return figure


def _draw_alignment(axis, sweep, logarithmic):
    kappa, size = sweep["kappa"].values, int(sweep["n_train"])
    blue = style.LEARNERS["distillation"]
    gram = _gram(sweep, size)
    floor = (
        style.floor_of(sweep["risk"].mean("world"), sweep["risk"].quantile(0.05, "world"), gram)
        if logarithmic
        else None
    )
    style.draw_spread(axis, sweep["risk"], "world", blue, floor=floor or 0.0)
    frames.draw_means(axis, sweep["risk"], floor=floor, color=blue, label="distillation")
    trained = sweep["descent_risk"].mean("world").values
    shown = trained >= (floor or 0.0)
    axis.plot(kappa[shown], trained[shown], "+", color=style.LEARNERS["hard_target_margin"], ms=9, label="trained")
    sampled = sweep["risk_sampled"].mean("world").values
    seen = sampled > 0
    axis.plot(kappa[seen], sampled[seen], "o", mfc="none", mec=style.INK, ms=7.5, mew=0.8, label="on test points")
    if gram is not None:
        axis.plot(kappa, gram, "x", color=style.INK, ms=5, mew=1, label="drawn by Gram matrix")
    axis.plot(kappa, sweep["risk_bound"], **style.BOUNDS["theorem"], label="Theorem 3")
    axis.plot(kappa, sweep["risk_bound_polynomial"], **style.BOUNDS["corollary"], label="Corollary 2")
    axis.set_xscale("log", base=2)
    axis.set(xlabel=r"angular alignment $\kappa$", ylabel=r"transfer risk $P[h \neq h_*]$")
    if logarithmic:
        axis.set(yscale="log", ylim=(floor / 2, 3))
    else:
        axis.set_ylim(0, 1.05)


def _gram(sweep, size):
    if size not in sweep["gram_n_train"].values:
        return None
    return sweep["risk_gram"].sel(gram_n_train=size).values


def _draw_growth(axis, alignment):
    measured = alignment["growth_risk"].notnull().any("growth_world")
    kappa = alignment["kappa"][measured.sum("n_train").argmax("kappa")]
    growth = alignment.sel(kappa=kappa).dropna("n_train", subset=["growth_risk"], how="all")
    recovered = growth["n_train"] >= growth["input_dim"]
    hard = alignment["risk_hard_target"].dropna("hard_n_train", how="all")
    distilled = growth["growth_risk"].where(~recovered)
    # A decade of room for what lies on the floor.
    floor = style.floor_of(distilled.mean("growth_world"), hard.mean("growth_world")) / 10
    learners = {str(learner): style.LEARNERS[f"hard_target_{learner}"] for learner in hard["hard_target"].values}
    words = {learner: f"hard labels, {'max-margin' if learner == 'margin' else learner}" for learner in learners}
    frames.draw_means(axis, hard, "growth_world", hue="hard_target", palette=learners, names=words, floor=floor)
    blue = style.LEARNERS["distillation"]
    frames.draw_means(axis, distilled, "growth_world", floor=floor, color=blue, label="distillation")
    axis.set(xscale="log", yscale="log")
    sizes = growth["n_train"].values[recovered.values]
    axis.plot(growth["n_train"], growth["risk_bound"], **style.BOUNDS["theorem"], label="Theorem 3")
    if sizes.size:
        style.mark_floor(axis, sizes, np.zeros(sizes.size), floor, style.LEARNERS["distillation"])
        axis.annotate(
            "n ≥ d: teacher recovered",
            (sizes.min(), floor),
            (-8, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=7.5,
        )
    axis.set(xlabel="number of transfer points $n$", ylabel=r"transfer risk $P[h \neq h_*]$", ylim=(floor / 2, 2))
    common = np.intersect1d(hard["hard_n_train"].values, distilled.dropna("n_train", how="all")["n_train"].values)
    below = ""
    if common.size:
        best = hard.sel(hard_n_train=common[-1]).mean("growth_world").min()
        ratio = float(best / distilled.sel(n_train=common[-1]).mean("growth_world"))
        below = f"n = {common[-1]}: hard labels have {style.number(ratio)} times distillation's risk"
    style.title(axis, rf"Risk against n, $\kappa$ = {float(kappa):g}", below)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
