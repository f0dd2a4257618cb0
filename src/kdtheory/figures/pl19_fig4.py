"""Transfer risk against the loss of the optimizer's bias, on MNIST (PL19 Fig. 4), and along growing transfer sets."""

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import mean_and_bars

FIGURE = Figure(
    reads=("linear/bias",),
    shows="Fig. 4",
    question="02. Optimization bias: which minimiser does descent find?",
    caption=(
        "Left: students that all minimise the distillation loss, turned away from gradient descent's solution by δ; "
        "the paper shows a risk that grows with δ. Right: distillation on growing transfer sets, a thin line for each. "
        "Their angle to the teacher can only shrink (Lemma 1), but their risk need not: look for thin lines that rise."
    ),
)


def draw(bias):
    """Draw risk against δ, and the risk of every growing transfer set."""
    figure, axes = style.panels(2, width=4.2, height=3.4)
    _draw_deltas(axes[0, 0], bias)
    _draw_chains(axes[0, 1], bias)
    return figure


def _draw_deltas(axis, bias):
    green = style.LEARNERS["reduced_bias"]
    style.draw_spread(axis, bias["risk"], "world", green)
    mean = frames.draw_means(axis, bias["risk"], color=green, label=r"$w_\delta$, reduced bias")
    start = mean.sel(delta=mean["delta"] == 0)
    blue = style.LEARNERS["distillation"]
    axis.plot(start["delta"], start, "o", color=blue, ms=6, label=r"distillation, $\delta = 0$", zorder=3)
    red, trained = style.LEARNERS["hard_target_margin"], mean_and_bars(bias["descent_risk"])
    axis.errorbar(0, *trained, fmt="+", color=red, ms=9, label="trained by descent", zorder=4)
    frames.draw_level(axis, bias["risk_limit"], color=green, linestyle="--", label=r"limit $\delta \to \infty$")
    axis.set(
        ylim=(0, max(0.55, 1.05 * float(bias["risk_limit"].mean()))),
        xlabel=r"$\delta$ (larger = less optimization bias)",
        ylabel=r"transfer risk $P[h \neq h_*]$",
    )
    axis.legend(loc="lower right", bbox_to_anchor=(1, 0.08))
    ends = f"risk {style.number(float(mean[0]))} at δ = {float(mean['delta'][0]):g}, "
    ends += f"{style.number(float(mean[-1]))} at δ = {float(mean['delta'][-1]):g}; "
    ends += f"trained: {style.number(float(bias['descent_distance'].median()))} ‖ŵ‖ from δ = 0"
    style.title(axis, f"Risk against bias, MNIST 0/1, {int(bias['test_images'])} test images", ends)


def _draw_chains(axis, bias):
    chains = bias["chain_risk"].transpose("n_train", "world")
    blue, sizes = style.LEARNERS["distillation"], chains["n_train"].values
    # Below what one wrong test image makes, and below the mean.
    floor = style.floor_of(chains.mean("world"), 1 / bias["test_images"]) / 2
    axis.plot(sizes, chains.clip(min=floor), color=blue, alpha=0.25, linewidth=0.7)
    axis.plot([], [], color=blue, alpha=0.5, linewidth=0.7, label="one growing transfer set")
    frames.draw_means(axis, chains, floor=floor, color=blue, linewidth=2, label="mean over sets")
    axis.set(xscale="log", yscale="log")
    zero = (chains == 0).any("world").values
    style.mark_floor(axis, sizes, [0 if reached else float("nan") for reached in zero], floor, blue)
    axis.plot([], [], "o", mfc="white", mec=blue, ms=5, label="risk exactly 0 in some sets")
    axis.set(ylim=(floor / 1.4, 1), xlabel="number of transfer points $n$", ylabel=r"transfer risk $P[h \neq h_*]$")
    axis.legend(loc="upper right")
    steps = chains.diff("n_train")
    share = 100 * float((steps > 0).mean())
    exact = 100 * float((chains.isel(n_train=-1) == 0).mean())
    words = f"risk rises in {share:.0f} % of the steps; it is 0 in {exact:.0f} % of the sets at n = {sizes[-1]}"
    style.title(axis, "Distillation along growing sets", words)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
