"""Transfer risk against monotonicity for seven learners and more (PL19 Fig. 5)."""

from fractions import Fraction

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import interval, mean_and_bars
from kdtheory.statistics.proportions import binomial_interval

FIGURE = Figure(
    reads=("linear/monotonicity", "linear/monotonicity_settings"),
    shows="Fig. 5",
    question="03. Strong monotonicity: does one more point always help?",
    caption=(
        "Left: each marker is a learner; across, the share of transfer sets to which one more point brings it closer "
        "to the teacher (eq. 34), up, its risk. The paper finds a negative correlation. Right: none of the learners "
        "comes near the paper's largest risk (dashed) at the printed setting, at the top; other rows change one "
        "setting each."
    ),
)

_NAMES = {
    "distillation": ("distillation", "o"),
    "hard_target_descent": ("hard labels, descent", "s"),
    "hard_target_margin": ("hard labels, max-margin limit", "D"),
    "reduced_bias": (r"reduced bias $w_\delta$", "^"),
}


# The ends of the paper's axes.
_LEAST_INDEX, _LARGEST_RISK = 0.5, 0.06
_SHOWN = {
    "distillation": "distillation",
    "hard_target_descent": "hard labels, descent",
    "hard_target_margin": "hard labels, max-margin limit",
    "delta_1.0": r"$w_\delta$, δ = 1",
    "delta_2.0": r"$w_\delta$, δ = 2",
}


def draw(monotonicity, settings):
    """Draw mean risk against monotonicity index, one marker a learner, and the risks of other settings."""
    figure, axes = style.panels(2, width=5.0, height=4.2, width_ratios=(1.2, 1))
    _draw_risks(axes[0, 0], monotonicity)
    _draw_settings(axes[0, 1], settings)
    return figure


def _draw_risks(axis, monotonicity):
    named = set()
    for learner in map(str, monotonicity["learner"].values):
        kind = "reduced_bias" if learner.startswith("delta_") else learner
        words, marker = _NAMES.get(kind, (kind, "o"))
        _draw_learner(axis, monotonicity.sel(learner=learner), kind, marker, None if kind in named else words)
        named.add(kind)
    _draw_trained(axis, monotonicity)
    axis.errorbar(
        [], [], fmt="^", mfc="white", color=style.LEARNERS["reduced_bias"], label=r"$w_\delta$, same $q$ kept"
    )
    axis.set(
        xlabel="monotonicity index $m$ (strictly closer after one more point)", ylabel=r"transfer risk $P[h \neq h_*]$"
    )
    index, risk = monotonicity["monotonicity"], monotonicity["risk"].mean("world")
    axis.set(xlim=(_LEAST_INDEX - 0.015, 1.015), ylim=(0, max(_LARGEST_RISK, 1.1 * float(risk.max()))))
    style.legend_under(axis)
    papers = [name for name in map(str, index["learner"].values) if name != "hard_target_margin"]
    words = f"{monotonicity.sizes['world']} transfer sets"
    if len(papers) > 2:
        correlation = np.corrcoef(index.sel(learner=papers), risk.sel(learner=papers))[0, 1]
        words += (
            f"; correlation {correlation:.2f}".replace("-", "−")
            + f" over {len(papers)} learners (without the max-margin limit)"
        )
    style.title(axis, "Risk against monotonicity", words)


def _draw_settings(axis, settings):
    """Mean risk of five learners at every setting, by seaborn; bars are 95 % intervals over worlds."""
    import seaborn

    shown = [name for name in _SHOWN if name in settings["learner"].values]
    printed = "κ = 1, d = 100, n = 5, 1000 steps"
    order = sorted(map(str, settings["variant"].values), key=lambda name: name != printed)
    frame = settings["risk"].sel(learner=shown).to_dataframe().reset_index()
    frame["learner"] = frame["learner"].map(_SHOWN)
    seaborn.pointplot(
        frame, x="risk", y="variant", hue="learner", order=order, hue_order=[_SHOWN[name] for name in shown],
        palette=[style.LEARNERS.get(name, style.GREEN if name == "delta_1.0" else style.GREY) for name in shown],
        errorbar=interval, linestyle="none", dodge=0.5, markersize=4, err_kws={"linewidth": 1}, ax=axis,
    )  # fmt: skip
    axis.axvline(_LARGEST_RISK, color=style.INK, linestyle="--", linewidth=1)
    axis.set(xscale="log", xlabel=r"transfer risk $P[h \neq h_*]$", ylabel="")
    axis.tick_params(axis="y", labelsize=7.5)
    axis.legend(loc="upper center", bbox_to_anchor=(0.3, -0.14), ncols=2, fontsize=7.5)
    largest = settings["risk"].sel(learner=[name for name in shown if name != "delta_2.0"]).mean("world").max("learner")
    reached = int((largest >= 0.9 * _LARGEST_RISK).sum())
    style.title(
        axis, "Settings behind the largest risk", f"{reached} of {len(order)} settings come near .06 with δ ≤ 1"
    )


def _draw_trained(axis, monotonicity):
    """The distilled students that descent has trained for finitely many steps."""
    distance = style.number(float(monotonicity["descent_distance"].median()))
    place = (float(monotonicity[name].mean("world")) for name in ("descent_improved", "descent_risk"))
    words = f"distillation, trained: {distance} of the norm\nfrom its limit (median)"
    axis.plot(*place, "+", color=style.LEARNERS["distillation"], ms=11, mew=1.5, linestyle="none", label=words)


def _draw_learner(axis, learner, kind, marker, label):
    colour = style.LEARNERS.get(kind, style.GREY)
    risk, bars = mean_and_bars(learner["risk"])
    index, same_q = float(learner["monotonicity"]), float(learner["monotonicity_same_q"])
    worlds = learner.sizes["world"]
    low, high = binomial_interval(round(index * worlds), worlds)
    if same_q != index:
        axis.plot([index, same_q], [risk, risk], color=colour, linewidth=0.8, alpha=0.6)
        axis.plot(same_q, risk, marker, mfc="white", mec=colour, ms=6)
    axis.errorbar(
        index, risk, bars, [[index - low], [high - index]], fmt=marker, color=colour, ms=6, elinewidth=1, label=label
    )
    hidden = index < _LEAST_INDEX
    if hidden:
        axis.annotate(
            "", (_LEAST_INDEX - 0.015, risk), (22, 0), textcoords="offset points",
            arrowprops={"arrowstyle": "->", "color": colour},
        )  # fmt: skip
    name = str(learner["learner"].values)
    if kind == "reduced_bias":
        delta = Fraction(name.removeprefix("delta_")).limit_denominator(1000)
        # Beside the hollow marker; the two smallest δ have almost the same risk: one label goes below, the other above.
        down = delta <= Fraction(1, 16)
        axis.annotate(
            f"δ = {delta}", (max(index, same_q), risk), (8, -3 if down else 1), textcoords="offset points",
            va="top" if down else "bottom", fontsize=7.5,
        )  # fmt: skip
    ties = float(learner["tie_fraction"])
    if 0.01 < ties < 1:
        moved = index / (1 - ties)
        axis.plot([index, moved], [risk, risk], color=colour, linewidth=0.8, linestyle=":")
        axis.plot(moved, risk, "x", color=colour, ms=7, mew=1.5)
        words = f"{100 * ties:.0f} % of the added points leave\nit where it was; of the others,\n"
        words += f"{100 * moved:.0f} % help (×)" + (f"; index {index:.2f}" if hidden else "")
        axis.annotate(words, (max(index, _LEAST_INDEX), risk), (0, 18), textcoords="offset points", fontsize=7.5)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
