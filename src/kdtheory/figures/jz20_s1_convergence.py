"""Logits of students in training and their distance to the effective logits, in the kernel model and in networks."""

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/flow", "wide/finite_width"),
    shows="S1",
    question="06. Effective logits: where does a student settle between teacher and label?",
    caption=(
        "How far the logits at the training points are from the effective logits of eq. 3 while a student is trained; "
        "the paper takes it that they converge. A curve that falls below the grey line has converged; flat stretches "
        "are logits in the saturated part of the sigmoid and small eigenvalues of the kernel. Lines are means over "
        "worlds, bands their full range."
    ),
)

CLOSE = 0.01
_FLOOR = 1e-6
_TEMPERATURE = 5.0


def draw(flow, finite):
    """Draw distances to the effective logits against time and steps."""
    figure, axes = style.panels(3, width=4.0, height=4.0)
    raw = flow.sel(loss_scale="raw").sortby(["temperature", "n_train", "soft_ratio"])["target_distance"]
    ratio = float(raw["soft_ratio"].max())
    temperatures = style.shades(raw["temperature"].values.tolist())
    largest = raw.isel(n_train=-1).sel(soft_ratio=ratio)
    _draw_paths(axes[0, 0], largest, "temperature", temperatures, "T = {:g}")
    style.title(axes[0, 0], f"Kernel student, ρ = {ratio:g}, n = {int(largest['n_train'])}", worlds_in_words(raw))
    usual = raw.sel(temperature=_TEMPERATURE, method="nearest")
    lines = dict(zip(raw["n_train"].values[[0, -1]].tolist(), ("--", "-"), strict=True))
    ratios = style.soft_ratio_colours(raw["soft_ratio"].values)
    _draw_paths(axes[0, 1], usual.sel(n_train=list(lines)), "soft_ratio", ratios, "ρ = {:g}", "n_train", lines)
    for size, line in lines.items():
        axes[0, 1].plot([], [], color=style.GREY, linestyle=line, label=f"n = {size}")
    style.title(axes[0, 1], f"Kernel student, T = {float(usual['temperature']):g}", worlds_in_words(raw))
    networks = finite["target_distance"].sortby(["width", "n_train", "soft_ratio"]).isel(n_train=-1)
    ratio = float(networks["soft_ratio"].max())
    trained = networks.sel(soft_ratio=ratio)
    widths = style.shades(trained["width"].values[trained.notnull().any(["step", "world"])].tolist())
    _draw_paths(axes[0, 2], trained, "width", widths, "width {}")
    words = f"at most {int(networks.notnull().any(['step', 'width', 'soft_ratio']).sum())} trained worlds"
    style.title(axes[0, 2], f"Networks, ρ = {ratio:g}, n = {int(networks['n_train'])}", words)
    for axis, label in zip(axes[0], ("time of the flow", "time of the flow", "steps of descent"), strict=True):
        axis.axhline(CLOSE, color=style.GREY, linewidth=0.8, zorder=1)
        axis.set(xscale="log", yscale="log", xlabel=label, ylabel=r"$\|z - z_\mathrm{eff}\| / \|z_\mathrm{eff}\|$")
        style.legend_under(axis)
    return figure


def _draw_paths(axis, values, hue, palette, names, dash=None, lines=None):
    (along,) = {"time", "step"} & set(values.dims)
    values = values.sel({along: values[along] > 0}).clip(min=_FLOOR)
    options = {"hue": hue, "palette": palette, "names": names, "dash": dash, "lines": lines}
    frames.draw_means(axis, values, bars="range", linewidth=1.5, **options)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
