"""Networks of finite width on a user's problem, against the infinitely wide student."""

from kdtheory.figures import ext_finite_width
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("wide/finite_width",),
    shows="Networks of finite width",
    question="3. Your problem: how far does the kernel describe networks?",
    caption=(
        "Networks on the two classes beside their kernel, against width and, in the lower row, steps of descent: "
        "relative distances of kernels and logits, the change of the kernel in training, and the share of test "
        "points on which students decide otherwise than the teacher. No network is trained to convergence. Bars are "
        "95 % intervals over re-splits of one pool of points (worlds), of which fewer have trained networks."
    ),
)
draw = ext_finite_width.draw


if __name__ == "__main__":
    run_figure(draw, FIGURE)
