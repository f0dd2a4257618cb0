"""Panels of students of images: accuracy against the soft ratio, and its change from purely soft labels."""

from kdtheory.figures import frames, style
from kdtheory.figures.replicates import by_world


def draw_accuracy(axis, distillation, name):
    """Draw accuracy against ρ for each stopping epoch at the largest n, with the teachers' own as dotted lines.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    distillation : xarray.Dataset
        ``accuracy(stopping_epoch, soft_ratio, world, run)``, of several n_train or of one, and
        ``teacher_accuracy(stopping_epoch, world)``.
    name : str
        Whose accuracy it is, for the title.
    """
    accuracy = _at_largest(distillation["accuracy"])
    _draw_epochs(axis, accuracy)
    for epoch, colour in _epochs(accuracy).items():
        teacher = float(distillation["teacher_accuracy"].sel(stopping_epoch=epoch).mean())
        axis.axhline(teacher, 0.85, 1, color=colour, linewidth=1.5, linestyle=":")
    style.soft_ratio_axis(axis, accuracy["soft_ratio"])
    axis.set_ylabel("accuracy on test images")
    worlds = f"{accuracy.sizes['world']} world{'s' * (accuracy.sizes['world'] > 1)}"
    style.title(axis, f"{name}, CIFAR-10{_size(accuracy)}", f"{worlds}; {_best(accuracy)}")


def draw_change(axis, distillation, name):
    """Draw the paired change of the accuracy from ρ = 1, in percentage points, for each stopping epoch."""
    accuracy = _at_largest(distillation["accuracy"])
    change = 100 * (accuracy - accuracy.sel(soft_ratio=1.0, drop=True))
    _draw_epochs(axis, change)
    axis.axhline(0, color=style.INK, linewidth=0.8)
    style.soft_ratio_axis(axis, accuracy["soft_ratio"])
    axis.set_ylabel("change of the accuracy (points)")
    style.title(axis, f"{name}: change from purely soft labels", draws_in_words(accuracy))


def draw_agreement(axis, distillation, name):
    """Draw on what share of training images students decide like their targets, and the 95 % they are to reach."""
    agreement = _at_largest(distillation["agreement"])
    _draw_epochs(axis, agreement)
    axis.axhline(0.95, color=style.INK, linewidth=0.8, linestyle="--", label="to reach")
    style.soft_ratio_axis(axis, agreement["soft_ratio"])
    axis.set_ylabel("agreement with the targets")
    style.title(axis, f"{name}: training images", f"{agreement_range(distillation)}; at 0.95 training ends")


def agreement_range(students):
    """Return the range of the mean agreement with the targets: "agreement 0.71 to 0.98"."""
    mean = students["agreement"].mean(["world", "run"])
    return f"agreement {float(mean.min()):.2f} to {float(mean.max()):.2f}"


def draws_in_words(values):
    """Return how many worlds and runs there are: "8 worlds, 1 run each"."""
    worlds, runs = (f"{values.sizes[dim]} {dim}{'s' * (values.sizes[dim] > 1)}" for dim in ("world", "run"))
    return f"{worlds}, {runs} each"


def _draw_epochs(axis, values):
    values, over = by_world(values)
    frames.draw_means(axis, values, over, hue="stopping_epoch", palette=_epochs(values), names="epoch {}")


def _at_largest(accuracy):
    accuracy = accuracy.sortby(["soft_ratio", "stopping_epoch"])
    return accuracy.sel(n_train=accuracy["n_train"].max()) if "n_train" in accuracy.dims else accuracy


def _epochs(accuracy):
    return style.shades([int(epoch) for epoch in accuracy["stopping_epoch"].values], lightest=0.65)


def _size(accuracy):
    return f", n = {int(accuracy['n_train'])}" if "n_train" in accuracy.coords else ""


def _best(accuracy):
    """Where the mean accuracy is highest, for the first and the last epoch."""
    mean = accuracy.mean([dim for dim in accuracy.dims if dim not in ("stopping_epoch", "soft_ratio")])
    places = mean["soft_ratio"][mean.argmax("soft_ratio")]
    ends = (places.isel(stopping_epoch=place) for place in (0, -1))
    return "highest at " + ", ".join(f"ρ = {float(end):g} (epoch {int(end['stopping_epoch'])})" for end in ends)
