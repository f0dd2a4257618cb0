"""Transfer risk of students of CIFAR-10 against the sample size, with power laws (JZ20 S2)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.image_panels import agreement_range, draws_in_words
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import by_world, half_width, slope_in_words
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import count_slopes_by_world

FIGURE = Figure(
    reads=("images/kernel_transfer", "images/resnet_transfer"),
    shows="S2",
    question="07. Transfer risk: do soft labels teach faster?",
    caption=(
        "How often students of CIFAR-10 decide unlike their teacher, whose decisions are also the hard labels, against "
        "the number n of images they learn from. The paper reports a power law for ResNet students. Left: infinitely "
        "wide students of pixels, ten classes, with teachers of the last stopping epoch. Middle: the slopes of such "
        "lines for every stopping epoch. Right: ResNet students of ResNet teachers on two classes (airplane, "
        "automobile), trained until they agree with their targets on 95 % of their images, with as many steps at most "
        "for every n; the title tells how far the means over draws agree. Points are means over worlds, each with its "
        "own images and teacher, bars their 95 % intervals; with a single world they are over its runs, an "
        "illustration. Dashed lines are power laws fitted to the counts of errors; their slopes, in the legends, have "
        "95 % jackknife intervals. A steeper line for ρ = 1 (dark blue) means that soft labels teach faster; where the "
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
    slopes = _slopes_of(transfer)
    risk, over = by_world(transfer["risk"])
    floor = style.floor_of(risk.mean(over))
    sizes = risk["n_train"].values
    for (ratio, colour), found in zip(
        style.soft_ratio_colours(risk["soft_ratio"].values).items(), zip(*slopes, strict=True), strict=True
    ):
        words = f"ρ = {ratio:g}: {slope_in_words(found)}"
        mean = frames.draw_means(
            axis, risk.sel(soft_ratio=ratio), over, floor=floor, color=colour, label=words, linestyle=""
        )
        _draw_power_law(axis, mean, found[0], colour)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    mean = risk.mean(over)
    low = float(mean.where(mean > 0).min())
    axis.set_ylim(floor / 2 if (mean == 0).any() else 0.7 * low, 1.4 * float(mean.max()))
    axis.set_xticks(sizes, [str(size) for size in sizes])
    axis.minorticks_off()
    style.plain_ticks(axis.yaxis, mean.values)
    axis.set_xlabel("sample size $n$")
    axis.set_ylabel("transfer risk, P[student ≠ teacher]")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)


def _slopes_of(transfer):
    """Slopes of ln E[errors] in ln n, as the claims have them, and the half widths of their intervals, (ratios, …)."""
    counts, over = by_world(transfer["risk"] * transfer["test_points"])
    counts = counts.transpose(over, "n_train", "soft_ratio", ...).values
    if counts.shape[0] < 2 or counts.shape[1] < 2:
        return np.full((2, *counts.shape[2:]), np.nan)
    slopes = pooled(count_slopes_by_world(np.log(transfer["n_train"].values), counts))
    return slopes.value, half_width(slopes)


def _draw_power_law(axis, mean, slope, colour):
    """The fitted line goes through the middle of the positive means."""
    shown = mean.where(mean > 0).dropna("n_train")
    if np.isfinite(slope) and shown.size:
        x = np.log(shown["n_train"].values)
        middle = np.log(shown.values).mean()
        axis.plot(np.exp(x), np.exp(middle + slope * (x - x.mean())), color=colour, linewidth=1.2, linestyle="--")


def _draw_slopes(axis, transfer):
    transfer = transfer.sortby(["soft_ratio", "stopping_epoch", "n_train"])
    epochs, ratios = transfer["stopping_epoch"].values, transfer["soft_ratio"].values
    found = zip(*_slopes_of(transfer), strict=True)
    for place, ((ratio, colour), (slopes, errors)) in enumerate(
        zip(style.soft_ratio_colours(ratios).items(), found, strict=True)
    ):
        # Beside each other the bars can be told apart.
        shift = 0.12 * (place / max(len(ratios) - 1, 1) - 0.5)
        axis.errorbar(
            np.arange(len(epochs)) + 3 * shift, slopes, np.nan_to_num(errors), color=colour, marker="o", elinewidth=1,
            linewidth=0.8, label=f"ρ = {ratio:g}",
        )  # fmt: skip
    axis.set_xticks(np.arange(len(epochs)), [str(epoch) for epoch in epochs])
    axis.set_xlim(-0.5, len(epochs) - 0.5)
    axis.set_xlabel("stopping epoch of the teacher")
    axis.set_ylabel("slope of ln risk in ln $n$")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
