"""Logits of students in training and their distance to the effective logits, in the kernel model and in networks."""

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/flow", "wide/finite_width"),
    shows="S1",
    question="06. Effective logits: where does a student settle between teacher and label?",
    caption=(
        "How far the logits at the training points are from the effective logits of Eq. 3, relative to their size, "
        "while a student is trained; the paper takes it that they converge. Left and middle: the gradient flow of the "
        "kernel student on the loss of Eq. 2, by temperature T and by soft ratio ρ and sample size n; time is in units "
        "of n/λ_max(Θ). Right: networks of finite width against the steps of full-batch descent, which end long before "
        "the flow does; a step of theirs lasts longer than one unit of time. Lines are means over worlds, bands their "
        "full range; the grey line is where logits count as converged. A curve that falls to the bottom has converged; "
        "the flat stretches are logits in the saturated part of the sigmoid and small eigenvalues of the kernel."
    ),
)

CLOSE = 0.01
_FLOOR = 1e-6
_TEMPERATURE = 5.0


def draw(flow, finite):
    """Draw distances to the effective logits against time and steps."""
    figure, axes = style.panels(3, width=4.0, height=4.0)
    raw = flow.sel(loss_scale="raw").sortby(["temperature", "n_train", "soft_ratio"])["target_distance"]
    largest, last = raw.isel(n_train=-1), float(raw["temperature"].max())
    ratio = float(raw["soft_ratio"].max())
    for temperature, colour in style.shades(raw["temperature"].values.tolist()).items():
        _draw_path(axes[0, 0], largest.sel(temperature=temperature, soft_ratio=ratio), "time", colour,
                   label=f"T = {temperature:g}")  # fmt: skip
    style.title(
        axes[0, 0], f"Kernel student, ρ = {ratio:g}, n = {int(largest['n_train'])}", worlds_in_words(raw)
    )  # fmt: skip
    usual = min(_TEMPERATURE, last)
    for one, colour in style.soft_ratio_colours(raw["soft_ratio"].values).items():
        for size, line in zip(raw["n_train"].values, ("--", "-")[-raw.sizes["n_train"] :], strict=False):
            here = raw.sel(soft_ratio=one, n_train=size).sel(temperature=usual, method="nearest")
            _draw_path(axes[0, 1], here, "time", colour, linestyle=line, label=f"ρ = {one:g}, n = {size}")
    style.title(axes[0, 1], f"Kernel student, T = {usual:g}", worlds_in_words(raw))
    networks = finite["target_distance"].sortby(["width", "n_train", "soft_ratio"]).isel(n_train=-1)
    ratio = float(networks["soft_ratio"].max())
    for width, colour in style.shades(networks["width"].values.tolist()).items():
        here = networks.sel(width=width, soft_ratio=ratio).dropna("world", how="all").dropna("step")
        if here.size:
            _draw_path(axes[0, 2], here, "step", colour, label=f"width {width}")
    words = f"at most {int(networks.notnull().any(['step', 'width', 'soft_ratio']).sum())} trained worlds"
    style.title(axes[0, 2], f"Networks, ρ = {ratio:g}, n = {int(networks['n_train'])}", words)
    for axis, label in zip(axes[0], ("time of the flow", "time of the flow", "steps of descent"), strict=True):
        axis.axhline(CLOSE, color=style.GREY, linewidth=0.8, zorder=1)
        axis.set_xlabel(label)
        axis.set_ylabel(r"$\|z - z_\mathrm{eff}\| / \|z_\mathrm{eff}\|$")
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    return figure


def _draw_path(axis, values, along, colour, **options):
    values = values.sel({along: values[along] > 0}).transpose(along, "world").clip(min=_FLOOR)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.plot(values[along], values.mean("world"), color=colour, **options)
    axis.fill_between(values[along], values.min("world"), values.max("world"), color=colour, alpha=0.12, linewidth=0)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
