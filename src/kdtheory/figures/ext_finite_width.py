"""Networks of finite width against the infinitely wide student: kernels, logits, risks and training (ours)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import log_slope, slope_in_words
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/finite_width",),
    shows="Networks of finite width",
    question="10. Real networks: how far does the theory of infinite width carry?",
    caption=(
        "Networks of finite width beside the infinitely wide student: distances of kernels and logits, changes of the "
        "kernel and risks, against the width (above) and against steps of descent (below). JZ20 take it that a wide "
        "network is its linearization and that its kernel is almost constant: look for distances that fall with the "
        "width like the grey line of slope −1/2, and for where the network leaves its linearization as it trains. "
        "Curves that still fall at their right end are values of the budget of steps."
    ),
)

_FIRST_WIDTH = 256
_DRIFT = r"$\|\hat\Theta_t - \hat\Theta_0\|_F / \|\hat\Theta_0\|_F$"
_STUDENTS = {"kernel": style.INK, "linearized": style.GREEN, "network": style.RED}


def draw(finite):
    """Draw distances, changes of the kernel and risks against width, and training against steps."""
    finite = finite.sortby(["width", "n_train", "soft_ratio", "step"])
    figure, axes = style.panels(4, 2, width=3.8, height=3.9)
    largest = finite.isel(n_train=-1)
    where = f"n = {int(largest['n_train'])}"
    ends = "solid ρ = {1:g}, dashed ρ = {0:g}".format(*_ends(finite))
    _draw_kernel(axes[0, 0], finite["kernel_distance"])
    linearized = {"logit_distance_linearized": "-", "logit_distance_sgd": "--", "logit_distance_path": ":"}
    _draw_distances(axes[0, 1], largest, linearized)
    for words, line in (("closed form", "-"), ("by SGD", "--"), ("network", ":")):
        axes[0, 1].plot([], [], color=style.GREY, linestyle=line, label=words)
    axes[0, 1].set_ylabel("relative distance of logits")
    style.title(axes[0, 1], f"Logits on test points, {where}", "slopes of the linearized student")
    _draw_distances(axes[0, 2], largest, {"kernel_drift": "-"})
    axes[0, 2].set_ylabel(_DRIFT)
    style.title(
        axes[0, 2], f"Change of the kernel, {where}", f"after {int(_at_end(finite['kernel_drift'])['step'])} steps"
    )
    _draw_risk(axes[0, 3], largest["risk"])
    style.title(axes[0, 3], f"Transfer risk, {where}", ends)
    for axis, name, label, title in (
        (axes[1, 0], "logit_distance_path", "relative distance of logits", "Network from its linearization"),
        (axes[1, 1], "logit_distance_network", "relative distance of logits", "Network from its closed form"),
        (axes[1, 2], "target_distance", "relative distance of logits", "Network from its targets"),
        (axes[1, 3], "kernel_drift", _DRIFT, "Change of the kernel"),
    ):
        _draw_steps(axis, largest[name])
        axis.set_ylabel(label)
        style.title(axis, f"{title}, {where}", f"{ends}; bands: all worlds")
    for axis in axes.flat:
        style.legend_under(axis)
    return figure


def _draw_kernel(axis, distance):
    mean = frames.draw_means(axis, distance, color=style.BLUE, label="empirical kernel")
    _width_axis(axis, distance)
    axis.set_yscale("log")
    _guide(axis, mean)
    style.plain_ticks(axis.yaxis, mean.values)
    axis.set_ylabel(r"$\|\hat\Theta - \Theta\|_F / \|\Theta\|_F$")
    style.title(axis, f"Kernel at the start, {worlds_in_words(distance)}", f"slope {_slope(distance)}")


def _draw_distances(axis, finite, lines):
    """Variables against width with the line style of each; the slopes of the first stand in the legend."""
    shown = {name: _at_end(finite[name]) for name in lines}
    for name, line in lines.items():
        measured = shown[name].dropna("soft_ratio", how="all")
        colours = style.soft_ratio_colours(measured["soft_ratio"].values)
        words = {ratio: f"ρ = {ratio:g}: {_slope(measured.sel(soft_ratio=ratio))}" for ratio in colours}
        names = words if line == "-" else ""
        frames.draw_means(axis, measured, hue="soft_ratio", palette=colours, names=names, linestyle=line)
    _width_axis(axis, finite)
    axis.set_yscale("log")
    means = {name: values.mean("world") for name, values in shown.items()}
    _guide(axis, means[next(iter(lines))].mean("soft_ratio"))
    every = np.concatenate([mean.values.ravel() for mean in means.values()])
    style.plain_ticks(axis.yaxis, every[np.isfinite(every)])


def _draw_risk(axis, risk):
    # Beside each other equal risks can be told apart.
    for shift, (student, colour) in zip((0.95, 1.0, 1.05), _STUDENTS.items(), strict=True):
        here = risk.sel(student=[student], soft_ratio=list(_lines(risk)))
        here = here.assign_coords(width=shift * here["width"])
        frames.draw_means(axis, here, hue="student", palette={student: colour}, dash="soft_ratio", lines=_lines(risk))
    frames.fit_to_means(axis, margin=0.3)
    axis.set_ylim(bottom=0)
    _width_axis(axis, risk)
    axis.set_ylabel("transfer risk, P[student ≠ teacher]")


def _draw_steps(axis, values):
    values, lines = values.sel(step=values["step"] > 0, soft_ratio=list(_lines(values))), _lines(values)
    trained = values["width"].values[values.notnull().any(["step", "world", "soft_ratio"])]
    palette = style.shades(values["width"].values.tolist())
    palette = {width: palette[width] for width in trained.tolist()}
    options = {"dash": "soft_ratio", "lines": lines, "linewidth": 1.5}
    means = frames.draw_means(axis, values, bars="range", hue="width", palette=palette, names="width {}", **options)
    axis.set_xscale("log", base=2)
    axis.set(yscale="log", xlabel="step of gradient descent")
    style.plain_ticks(axis.yaxis, means.values[np.isfinite(means.values)])


def _lines(values):
    """Soft ratios that are drawn, with their line styles: the least one dashed, the largest solid."""
    least, largest = _ends(values)
    return {least: "--", largest: "-"} if least < largest else {largest: "-"}


def _ends(values):
    return float(values["soft_ratio"].min()), float(values["soft_ratio"].max())


def _at_end(values):
    """Values after the last step that every width was trained for, where there are steps."""
    if "step" not in values.dims:
        return values
    by_width = values.mean([dim for dim in values.dims if dim not in ("width", "step")])
    return values.sel(step=by_width.dropna("width", how="all").dropna("step")["step"].max())


def _slope(values):
    return slope_in_words(log_slope(values.sel(width=values["width"] >= _FIRST_WIDTH)))


def _guide(axis, mean):
    """A grey line of slope −1/2 below the means."""
    mean = mean.dropna("width")
    widths = mean["width"].values.astype(float)
    if widths.size:
        axis.plot(widths, 0.6 * float(mean[0]) * (widths / widths[0]) ** -0.5, color=style.GREY, linewidth=0.8,
                  zorder=1, label="slope −1/2")  # fmt: skip


def _width_axis(axis, values):
    widths = values["width"].values
    style.ticks_at(axis, widths, base=2)
    axis.set_xlabel("width of the hidden layers")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
