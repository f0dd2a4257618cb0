"""Gradient descent on soft labels converges to the projected teacher (PL19 Theorem 1)."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/convergence",),
    shows="Theorem 1",
    question="04. What does the student learn?",
    caption=(
        "Above: the distance of gradient descent to the limit that Theorem 1 names, each thin line one world. The "
        "paper proves exponential convergence: a line that bends down to the rounding floor has converged, one that is "
        "still high at the last step has not. Below: Corollary A.1 says that this rate stays above some c > 0."
    ),
)

# A relative distance below this is rounding in float64.
ROUNDING = 1e-12


def draw(convergence):
    """Draw relative distance against step: a panel for each data set, a colour for each teacher norm."""
    shapes = sorted(
        {(int(n), int(d)) for n, d in zip(convergence["n_train"].values, convergence["dim"].values, strict=True)}
    )
    shapes.sort(key=lambda shape: shape[0] >= shape[1])
    colours = style.shades(sorted(set(convergence["teacher_norm"].values)))
    floor = style.floor_of(convergence["relative_distance"], least=1e-17)
    figure, axes = style.panels(len(shapes), 2, width=4.4, height=3.3, sharex=True, sharey="row")
    for (upper, lower), (n_train, dim) in zip(axes.T, shapes, strict=True):
        members = (convergence["n_train"] == n_train) & (convergence["dim"] == dim)
        least, ends = np.inf, convergence["flow_distance"].sel(setting=members).max()
        for name in convergence["setting"].values[members.values]:
            setting = convergence.sel(setting=name)
            colour = colours[float(setting["teacher_norm"])]
            _draw_distance(upper, setting["relative_distance"], colour, floor)
            least = min(least, _draw_rate(lower, setting, colour))
        for axis in (upper, lower):
            axis.set(xscale="log", yscale="log")
        upper.set_ylim(floor / 2, 3)
        lower.set_xlabel("gradient step $t$")
        sign, limit = ("<", "the projected teacher") if n_train < dim else ("≥", "the teacher itself")
        style.title(
            upper,
            f"Distance, n = {n_train} {sign} d = {dim}",
            f"limit: {limit}; flow ends within {style.number(float(ends))}",
        )
        style.title(lower, "Rate of the loss (Corollary A.1)", f"least value {style.number(least)}")
    axes[0, 0].set_ylabel(r"relative distance $\|w(t) - \hat{w}\| \,/\, \|\hat{w}\|$")
    axes[1, 0].set_ylabel(r"$\frac{1}{2}\,\|\nabla L\|^2 \,/\, L$")
    for norm, colour in colours.items():
        axes[0, 0].plot([], [], color=colour, label=rf"$\|w_*\|$ = {norm:g}")
    for name, line in zip(("float64", "float32"), ("-", "--"), strict=True):
        axes[0, 0].plot([], [], color=style.GREY, linestyle=line, label=name)
    style.legend_below(figure, 6)
    return figure


def _draw_distance(axis, distance, colour, floor):
    for precision, line in (("float64", "-"), ("float32", "--")):
        if precision not in distance["precision"].values:
            continue
        # A logarithmic axis has no step 0, where the distance is 1.
        path = distance.sel(precision=precision, step=distance["step"] > 0).dropna("step", how="all")
        path = path.transpose("step", "world")
        axis.plot(path["step"], path.clip(min=floor), color=colour, linestyle=line, linewidth=0.9, alpha=0.7)
        last = float(path[-1].max()) if path.size else 0.0
        if precision == "float64" and last > ROUNDING:
            axis.annotate(
                style.number(last), (float(path["step"][-1]), last), (4, 0), textcoords="offset points",
                va="center", fontsize=7, color=colour, annotation_clip=False,
            )  # fmt: skip


def _draw_rate(axis, setting, colour):
    """Draw the ratio while the distance is above rounding, and return its least value."""
    path = setting.sel(precision="float64", step=setting["step"] > 0)
    ratio = path["polyak_ratio"].where(path["relative_distance"] > ROUNDING)
    axis.plot(path["step"], ratio.transpose("step", "world"), color=colour, linewidth=0.9, alpha=0.7)
    return float(ratio.min())


if __name__ == "__main__":
    run_figure(draw, FIGURE)
