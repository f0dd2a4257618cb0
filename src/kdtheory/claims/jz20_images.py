"""Section 5, Fig. 5 middle: whether a mix of soft and hard labels teaches images best, and for which teachers."""

import numpy as np

from kdtheory.claims.image_draws import by_draw, name_of_draws
from kdtheory.claims.registry import UNDECIDED, Outcome, claim
from kdtheory.claims.statistics import rising

_ERROR_RATE = 0.05
_STUDENTS = {
    "kernel": ("images/kernel_distillation", "kernel students of MLP teachers"),
    "resnet": ("images/resnet_distillation", "ResNet students of a ResNet teacher"),
}
_PICKED = "ρ < 1 and above the least one picked on one half of the draws, tested on the other, and the halves exchanged"
_READING = "draws are teachers where there are several, else runs of one teacher's students; the test images are fixed"
# Places of the two rivals of a mix among the sorted soft ratios.
_SOFT, _HARD = -1, 0


def _mix_is_best(student, group, words):
    @claim(
        f"jz20-fig5-images-{student}-soft",
        section="5",
        statement=f"Pure soft labels are not optimal on CIFAR-10: of an early-stopped teacher, {words} are more "
        "accurate with some hard labels.",
        quantity="accuracy at the best mix less that at ρ = 1, teachers of the first stopping epoch, every n",
        test=f"{_PICKED}; intersection–union of one-sided t-tests over n, Holm for `fails`",
        error_rate=_ERROR_RATE,
        figure="jz20_fig5",
        reads=(group,),
    )
    def beats_soft(distillation):
        return _at_first_epoch(distillation, _SOFT, "soft labels alone")

    @claim(
        f"jz20-fig5-images-{student}-hard",
        section="5",
        statement=f"A teacher helps on CIFAR-10 though it makes mistakes: of an early-stopped one, {words} are more "
        "accurate with some soft labels than with hard labels alone.",
        quantity="accuracy at the best mix less that at the least ρ, teachers of the first stopping epoch, every n",
        test=f"{_PICKED}; intersection–union of one-sided t-tests over n, Holm for `fails`",
        error_rate=_ERROR_RATE,
        figure="jz20_fig5",
        reads=(group,),
    )
    def beats_hard(distillation):
        return _at_first_epoch(distillation, _HARD, "hard labels alone")

    @claim(
        f"jz20-fig5-images-{student}-later",
        section="5",
        statement=f"The better the teacher, the less hard labels help on CIFAR-10 ({words}).",
        quantity="accuracy at the best mix less that at ρ = 1: its fall from teachers of the first stopping epoch to "
        "those of the last, every n",
        test=f"{_PICKED}; intersection–union of one-sided t-tests over n, Holm for `fails`; not decided where the "
        "later teachers are no better",
        error_rate=_ERROR_RATE,
        figure="jz20_fig5",
        reads=(group,),
    )
    def helps_less(distillation):
        gain = held_out_gain(_accuracy(distillation), _SOFT)
        epochs, teacher = _epochs(distillation)
        shown = ", ".join(
            f"{mean:.3f} (epoch {epoch}, teacher {own:.3f})"
            for epoch, mean, own in zip(epochs, gain[:, -1].mean(axis=-1), teacher, strict=True)
        )
        reason = f"mean gain over soft labels alone at the largest n {shown}; {_drawn(distillation)}".replace(
            " -", " −"
        )
        if teacher[-1] <= teacher[0]:
            return Outcome(UNDECIDED, f"later teachers are no better; {reason}", _READING, n_cells=0)
        return rising(gain[0] - gain[-1], reason, error_rate=_ERROR_RATE, reading=_READING)


for _student, (_group, _words) in _STUDENTS.items():
    _mix_is_best(_student, _group, _words)


def held_out_gain(accuracy, rival):
    """Return what the best mix gains on a rival, in draws that had no part in picking it.

    Parameters
    ----------
    accuracy : array, shape (..., ratios, draws)
        Soft ratios in rising order, three at least; a mix is any but the first and the last.
    rival : int
        Place of the rival among the soft ratios.

    Returns
    -------
    array, shape (..., draws)
        Each half of the draws with the mix that is best on average in the other half; NaN where there is one draw.
    """
    half = np.arange(accuracy.shape[-1]) % 2
    gain = np.full(accuracy[..., 0, :].shape, np.nan)
    for mine in (0, 1) if half.any() else ():
        mixes = accuracy[..., 1:-1, :]
        best = mixes[..., half != mine].mean(axis=-1).argmax(axis=-1)[..., None, None]
        chosen = np.take_along_axis(mixes[..., half == mine], best, axis=-2)[..., 0, :]
        gain[..., half == mine] = chosen - accuracy[..., rival, :][..., half == mine]
    return gain


def _at_first_epoch(distillation, rival, name):
    accuracy = _accuracy(distillation)
    gain = held_out_gain(accuracy, rival)[0]
    ratios = np.sort(distillation["soft_ratio"].values)
    mean = accuracy[0, -1].mean(axis=-1)
    epochs, teacher = _epochs(distillation)
    reason = (
        f"teachers of epoch {epochs[0]} (accuracy {teacher[0]:.3f}), largest n: accuracy "
        + ", ".join(f"{value:.3f} (ρ = {ratio:g})" for ratio, value in zip(ratios, mean, strict=True))
        + f"; held-out gain over {name} {gain[-1].mean():.3f}; {_drawn(distillation)}"
    )
    return rising(gain, reason, error_rate=_ERROR_RATE, reading=_READING)


def _accuracy(distillation):
    """Accuracy (epoch, n, ρ, draw) of students whose loss is scaled by its curvature, if they have one."""
    return by_draw(_scaled(distillation)["accuracy"], "stopping_epoch", "n_train", "soft_ratio")


def _scaled(distillation):
    return distillation.sel(loss_scale="curvature") if "loss_scale" in distillation.dims else distillation


def _epochs(distillation):
    """Stopping epochs and the mean accuracy of their teachers."""
    teacher = distillation["teacher_accuracy"].sortby("stopping_epoch")
    mean = teacher.mean([dim for dim in teacher.dims if dim != "stopping_epoch"])
    return mean["stopping_epoch"].values, mean.values


def _drawn(distillation):
    return name_of_draws(distillation["accuracy"])
