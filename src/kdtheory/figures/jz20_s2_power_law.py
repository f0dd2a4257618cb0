"""Transfer risk of students of CIFAR-10 against the sample size, with power laws (JZ20 S2)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.image_panels import agreement_range, draws_in_words
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import by_world, in_words
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import count_slopes_by_world

FIGURE = Figure(
    reads=("images/kernel_transfer", "images/resnet_transfer"),
    shows="S2",
    question="07. Transfer risk: do soft labels teach faster?",
    caption=(
        "How often students of CIFAR-10 decide unlike their teacher, against the number n of images. The paper reports "
        "a power law for ResNet students; dashed lines are power laws fitted to the counts of errors, with their "
        "slopes in the legends. A steeper line for ρ = 1 (dark blue) means that soft labels teach faster; where the "
        "intervals of the slopes overlap, their order is not decided."
    ),
)


def draw(kernel, resnet):
    """Draw risk against n for kernel students, slopes against the stopping epoch, and risk for ResNet students."""
    figure, axes = style.panels(3, width=4.1, height=4.2)
    last = int(kernel["stopping_epoch"].max())
    chosen = kernel.sel(stopping_epoch=last)
    _draw_risk(axes[0, 0], chosen)
    style.title(axes[0, 0], f"Kernel students, epoch {last}", draws_in_words(chosen))
    _draw_slopes(axes[0, 1], kernel)
    style.title(axes[0, 1], "Slopes of kernel students", "95 % jackknife intervals")
    _draw_risk(axes[0, 2], resnet)
    style.title(axes[0, 2], "ResNet students, two classes", f"{draws_in_words(resnet)}; {agreement_range(resnet)}")
    return figure


def _draw_risk(axis, transfer):
    transfer = transfer.sortby(["soft_ratio", "n_train"])
    (risk, over), slopes = by_world(transfer["risk"]), pooled(_slopes_of(transfer).values)
    mean, floor = risk.mean(over), style.floor_of(risk.mean(over))
    palette = style.soft_ratio_colours(risk["soft_ratio"].values)
    names = {ratio: f"ρ = {ratio:g}: {in_words(slopes[place])}" for place, ratio in enumerate(palette)}
    shown = {"hue": "soft_ratio", "palette": palette, "names": names, "linestyle": "none"}
    frames.draw_means(axis, risk, over, floor=floor, **shown)
    for place, (ratio, colour) in enumerate(palette.items()):
        _draw_power_law(axis, mean.sel(soft_ratio=ratio), float(slopes.value[place]), colour)
    low = float(mean.where(mean > 0).min())
    style.ticks_at(axis, risk["n_train"].values, base=2)
    axis.set(yscale="log", ylim=(floor / 2 if (mean == 0).any() else 0.7 * low, 1.4 * float(mean.max())))
    style.plain_ticks(axis.yaxis, mean.values)
    axis.set(xlabel="sample size $n$", ylabel="transfer risk, P[student ≠ teacher]")
    style.legend_under(axis)


def _slopes_of(transfer):
    """Draws of the slopes of ln E[errors] in ln n of each soft ratio, as the claims have them, replicates first."""
    counts, over = by_world(transfer["risk"] * transfer["test_points"])
    counts = counts.transpose(over, "n_train", "soft_ratio", ...)
    slopes = counts.isel(n_train=0, drop=True) * np.nan
    if min(counts.sizes[over], counts.sizes["n_train"]) > 1:
        slopes = slopes.copy(data=count_slopes_by_world(np.log(transfer["n_train"].values), counts.values))
    return slopes


def _draw_power_law(axis, mean, slope, colour):
    """The fitted line goes through the middle of the positive means."""
    shown = mean.where(mean > 0).dropna("n_train")
    if np.isfinite(slope) and shown.size:
        x = np.log(shown["n_train"].values)
        middle = np.log(shown.values).mean()
        axis.plot(np.exp(x), np.exp(middle + slope * (x - x.mean())), color=colour, linewidth=1.2, linestyle="--")


def _draw_slopes(axis, transfer):
    slopes = _slopes_of(transfer.sortby(["soft_ratio", "stopping_epoch", "n_train"]))
    epochs, over = slopes["stopping_epoch"].values, slopes.dims[0]
    palette = style.soft_ratio_colours(slopes["soft_ratio"].values)
    # Beside each other the bars can be told apart.
    for shift, (ratio, colour) in zip(np.linspace(-0.18, 0.18, len(palette)), palette.items(), strict=True):
        here = slopes.sel(soft_ratio=ratio).assign_coords(stopping_epoch=np.arange(len(epochs)) + shift)
        frames.draw_means(axis, here, over, estimate=pooled, color=colour, label=f"ρ = {ratio:g}", linewidth=0.8)
    axis.set_xticks(np.arange(len(epochs)), [str(epoch) for epoch in epochs])
    axis.set(
        xlim=(-0.5, len(epochs) - 0.5), xlabel="stopping epoch of the teacher", ylabel="slope of ln risk in ln $n$"
    )
    style.legend_under(axis, 3)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
