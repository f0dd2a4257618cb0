"""Training time, data inefficiency, risk and correction of teachers against the temperature, in two conventions."""

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import last_inefficiency
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/flow", "wide/temperature"),
    shows="Sec. 2, temperature",
    question="06. Effective logits: where does a student settle between teacher and label?",
    caption=(
        "Training time, data inefficiency, risk and correction of teachers against the temperature T. The paper says "
        "that a higher T makes the student converge easily and is only a benefit during training. Solid: the loss of "
        "eq. 2; dashed: its soft term multiplied by T², as others write it; where they go different ways, what is said "
        "of T depends on this convention."
    ),
)

_LINES = {"raw": "-", "t_squared": "--"}
_WORDS = {"raw": "Eq. 2", "t_squared": "soft term × T²"}


def draw(flow, temperature):
    """Draw training times, I(n), risks and test errors against the temperature."""
    flow, temperature = (group.sortby("temperature") for group in (flow, temperature))
    figure, axes = style.panels(3, 2, width=4.0, height=3.5)
    sized = flow.sortby("n_train").isel(n_train=-1)
    where = f"n = {int(sized['n_train'])}"
    for axis, name, label in (
        (axes[0, 0], "settling_time", "time in units of n/λ_max"),
        (axes[0, 1], "settling_steps", "largest stable steps"),
    ):
        _draw(axis, sized[name], "soft_ratio", style.soft_ratio_colours(sized["soft_ratio"].values), "ρ = {:g}")
        axis.set(yscale="log", ylabel=label)
    style.title(axes[0, 0], f"Until 1 % from the targets, {where}", worlds_in_words(flow))
    style.title(axes[0, 1], f"The same in steps, {where}", worlds_in_words(flow))
    ratios = style.soft_ratio_colours(temperature["soft_ratio"].values)
    norm = temperature["weight_norm"]
    inefficiency, *window = last_inefficiency(norm)
    _draw(axes[0, 2], inefficiency, "soft_ratio", ratios, "ρ = {:g}", pooled)
    axes[0, 2].set_ylabel(r"data inefficiency $\mathcal{I}$")
    style.title(axes[0, 2], f"Perfect teacher, I over n = {window[0]}…{window[1]}", worlds_in_words(norm))
    risk = temperature["risk"].sortby("n_train").isel(n_train=-1)
    _draw(axes[1, 0], risk, "soft_ratio", ratios, "ρ = {:g}")
    axes[1, 0].set_ylabel("transfer risk, P[student ≠ teacher]")
    style.title(axes[1, 0], f"Perfect teacher, n = {int(risk['n_train'])}", worlds_in_words(norm))
    errors = temperature["test_error"].sortby(["soft_ratio", "stopping_epoch"]).isel(imperfect_n_train=-1)
    colours = style.shades(errors["stopping_epoch"].values.tolist())
    for axis, here in zip(axes[1, 1:], (errors.isel(soft_ratio=0), errors.isel(soft_ratio=-1)), strict=True):
        _draw(axis, here, "stopping_epoch", colours, "epoch {}")
        axis.set_yscale("log")
        style.plain_ticks(axis.yaxis, here.mean("world").values)
        axis.set_ylabel("test error, P[student ≠ truth]")
        size, ratio = int(here["imperfect_n_train"]), float(here["soft_ratio"])
        own = temperature["teacher_error"].mean("world").sortby("stopping_epoch").values
        words = "teachers err on " + ", ".join(style.number(each) for each in own)
        style.title(axis, f"Imperfect teachers, ρ = {ratio:g}, n = {size}", words)
    for axis in axes.flat:
        style.ticks_at(axis, temperature["temperature"].values)
        for scale, line in _LINES.items():
            axis.plot([], [], color=style.GREY, linestyle=line, label=_WORDS[scale])
        style.legend_under(axis)
    return figure


def _draw(axis, values, along, colours, words, estimate=mean):
    """Means over worlds against T: a colour for each value of a dimension, a line for each convention."""
    options = {"hue": along, "palette": colours, "names": words, "dash": "loss_scale", "lines": _LINES}
    frames.draw_means(axis, values, estimate=estimate, **options)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
