"""Transfer risk against the transfer-set size, for several levels of noise on the teacher's logits."""

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/noise",),
    shows="noisy soft labels",
    question="04. What does the student learn?",
    caption=(
        "Mean transfer risk of distilled students against the number n of transfer points, one colour for each "
        "standard deviation of the noise on the teacher's logits; bars are 95 % intervals over transfer sets. Without "
        "noise the risk falls to zero at n = d. Compare how far the other curves stay above that one."
    ),
)


def draw(noise):
    """Draw the mean risk: a panel for each dimension, a colour for each level of noise."""
    colours = style.shades(sorted(noise["noise"].values))
    figure, axes = style.panels(noise.sizes["dim"], sharey=True)
    for axis, dim in zip(axes[0], noise["dim"].values, strict=True):
        frames.draw_means(axis, noise["risk"].sel(dim=dim), hue="noise", palette=colours, names=r"$\sigma$ = {:g}")
        axis.set_title(f"d = {dim}")
    axes[0, 0].set_ylabel("transfer risk")
    axes[0, 0].legend()
    return figure


if __name__ == "__main__":
    run_figure(draw, FIGURE)
