"""Gradient descent on soft labels converges to the projected teacher (PL19 Theorem 1)."""

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/convergence",),
    shows="Theorem 1",
    question="4. What does the student learn?",
    caption=(
        "Distance of gradient descent to the limit that Theorem 1 names, relative to the limit's norm, against the "
        "number of steps: the projection of the teacher onto the data span where n < d, the teacher itself where n "
        "≥ d. The paper proves convergence, at an exponential rate, and states no constant. A line that bends down "
        "to the rounding floor has converged; float32 (dashed) stops at its own, higher floor. The rate shrinks "
        "with the smallest slope of the sigmoid, so a teacher with a large norm, whose soft labels are almost hard, "
        "is approached far more slowly: a line that is still high at the last step has not converged, and no "
        "statement is made about where it would end. The numbers at the right are the distances that remain at the "
        "last step where it is above rounding (float64)."
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
    distance = convergence["relative_distance"]
    floor = style.floor_of(distance, least=1e-17)
    figure, axes = style.panels(len(shapes), width=4.4, height=3.6, sharey=True)
    for axis, (n_train, dim) in zip(axes[0], shapes, strict=True):
        members = (convergence["n_train"] == n_train) & (convergence["dim"] == dim)
        for name in convergence["setting"].values[members.values]:
            _draw_setting(axis, distance.sel(setting=name), colours, floor)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_ylim(floor / 2, 3)
        axis.set_xlabel("gradient step $t$")
        sign, limit = ("<", "the projected teacher") if n_train < dim else ("≥", "the teacher itself")
        style.title(axis, f"n = {n_train} {sign} d = {dim}", f"limit: {limit}")
    axes[0, 0].set_ylabel(r"relative distance $\|w(t) - \hat{w}\| \,/\, \|\hat{w}\|$")
    for norm, colour in colours.items():
        axes[0, 0].plot([], [], color=colour, label=rf"$\|w_*\|$ = {norm:g}")
    for name, line in zip(("float64", "float32"), ("-", "--"), strict=True):
        axes[0, 0].plot([], [], color=style.GREY, linestyle=line, label=name)
    style.legend_below(figure, 6)
    return figure


def _draw_setting(axis, distance, colours, floor):
    norm = float(distance["teacher_norm"])
    for precision, line in (("float64", "-"), ("float32", "--")):
        if precision not in distance["precision"].values:
            continue
        path = distance.sel(precision=precision).dropna("step")
        # A logarithmic axis has no step 0, where the distance is 1.
        path = path.sel(step=path["step"] > 0)
        width = 1.5 if precision == "float64" else 1.0
        axis.plot(path["step"], path.clip(min=floor), color=colours[norm], linestyle=line, linewidth=width)
        last = float(path[-1]) if path.size else 0.0
        if precision == "float64" and last > ROUNDING:
            axis.annotate(
                style.number(last), (float(path["step"][-1]), last), (4, 0), textcoords="offset points",
                va="center", fontsize=7, color=colours[norm], annotation_clip=False,
            )  # fmt: skip


if __name__ == "__main__":
    run_figure(draw, FIGURE)
