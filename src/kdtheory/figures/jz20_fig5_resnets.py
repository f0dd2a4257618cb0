"""ResNet students of imperfect ResNet teachers on CIFAR-10, and how well they learnt their targets (JZ20 Fig. 5)."""

from kdtheory.figures import style
from kdtheory.figures.image_panels import draw_accuracy, draw_agreement, draw_change
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("images/resnet_distillation",),
    shows="Fig. 5 middle",
    question="09. Imperfect teachers: when do hard labels help?",
    caption=(
        "ResNet students of CIFAR-10 against the soft ratio ρ, for teachers stopped at several epochs (dotted: their "
        "own accuracy). The paper shows that purely soft labels are not optimal: look for a part of every curve in the "
        "middle panel above zero. Right: where a curve is below the dashed line, students have not learnt all of their "
        "targets."
    ),
)


def draw(distillation):
    """Draw accuracy, its change from purely soft labels, and agreement with the targets, against the soft ratio."""
    students = distillation.sel(loss_scale="curvature")
    figure, axes = style.panels(3, width=4.1, height=3.8)
    draw_accuracy(axes[0, 0], students, "ResNet students")
    draw_change(axes[0, 1], students, "ResNet students")
    draw_agreement(axes[0, 2], students, "ResNet students")
    style.legend_below(figure, 4)
    return figure


if __name__ == "__main__":
    run_figure(draw, FIGURE)
