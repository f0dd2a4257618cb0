"""Section 5, Fig. 5 left: whether, and what portion of, hard labels help the student of an imperfect teacher."""

import numpy as np

from kdtheory.claims.estimates import less_certain, t_intervals
from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED, Outcome, claim
from kdtheory.claims.statistics import every_cell, mean_and_error

_ERROR_RATE = 0.05
# Dimension whose entries are draws, and the one that is averaged first.
_DRAWN = (("teacher", "repeat"), ("repeat", "teacher"))
_READS = {"figure": "jz20_fig5", "reads": ("wide/imperfect",)}
_PICKED = (
    "ρ picked on the even runs, tested on the odd ones; one-sided t-test in each cell of epoch and n; "
    "teachers or runs are the draws, whichever leave more doubt"
)


def _pure_soft_not_optimal(poor):
    which = "worse" if poor else "better"

    @claim(
        f"jz20-fig5-{'poor' if poor else 'good'}-teacher",
        section="5",
        statement="Pure soft labels are not optimal: with some hard labels the student of an imperfect teacher errs "
        f"less (teachers {which} than the hard-label student).",
        quantity="test error at ρ = 1 less that at the best ρ, of stopping epochs whose mean teacher errs "
        f"{'more' if poor else 'less'} than the student of hard labels with the same n",
        test=f"{_PICKED}; `in part` where Holm finds some cells and not all",
        error_rate=_ERROR_RATE,
        **_READS,
    )
    def check(imperfect):
        return _gains(
            imperfect, _worse(imperfect) == poor, f"teachers {which} than the hard-label student at the same n"
        )

    return check


_pure_soft_not_optimal(poor=True)
_pure_soft_not_optimal(poor=False)


@claim(
    "jz20-fig5-little",
    section="5",
    statement="A little portion of hard labels is what an imperfect teacher's student needs.",
    quantity="1 − ρ at the least mean test error of the even runs, in the cells of epoch and n where it lowers the "
    "error of the odd ones (one-sided t-test at 5 %)",
    test="less than 0.2 in every such cell",
    **_READS,
)
def _little(imperfect):
    return _portion(imperfect, 0.2, "a little = less than a fifth; the convention of Eq. 2, without a factor T²")


@claim(
    "jz20-fig5-minority",
    section="5",
    statement="A little portion of hard labels is what an imperfect teacher's student needs (less than half).",
    quantity="1 − ρ at the least mean test error of the even runs, in the cells of epoch and n where it lowers the "
    "error of the odd ones (one-sided t-test at 5 %)",
    test="less than 0.5 in every such cell",
    **_READS,
)
def _minority(imperfect):
    return _portion(imperfect, 0.5, "a little = less than half; the convention of Eq. 2, without a factor T²")


def _gains(imperfect, chosen, reading):
    picked, gain = _held_out(imperfect)
    ratios, gain = picked[chosen], gain[chosen]
    if len(gain) == 0:
        return Outcome(UNDECIDED, "there is no such cell", reading, n_cells=0)
    score, p_gain, p_harm = _tested(gain)
    found, harmed = _holm(p_gain), _holm(p_harm)
    if (p_gain <= _ERROR_RATE).all():
        verdict = HOLDS
    elif found.any():
        verdict = IN_PART
    else:
        verdict = FAILS if harmed.any() or (ratios == 1).all() else UNDECIDED
    estimate, interval = t_intervals(gain, error_rate=_ERROR_RATE)[int(np.argmin(score))]
    reason = (
        f"hard labels lower the error in {found.sum()} of {len(gain)} cells, at most from "
        f"{_at(imperfect, chosen, gain)}; they raise it in {harmed.sum()}; pure soft labels were picked in "
        f"{(ratios == 1).sum()}; {imperfect.sizes['teacher']} teachers"
    )
    violations = int((p_gain > _ERROR_RATE).sum())
    return Outcome(verdict, reason, reading, estimate, interval, float(p_gain.max()), len(gain), violations)


def _at(imperfect, chosen, gain):
    """The largest gain in words: errors of pure soft students and of the picked mix, and where."""
    mean = np.nanmean(gain, axis=1)
    best = int(np.argmax(mean))
    epoch, size = (index[best] for index in np.nonzero(chosen))
    error = _ordered(imperfect).isel(stopping_epoch=epoch, n_train=size)
    soft = float(error.sel(soft_ratio=1.0).isel(repeat=slice(1, None, 2)).mean())
    return f"{soft:.3f} to {soft - mean[best]:.3f} (epoch {int(error['stopping_epoch'])}, n = {int(error['n_train'])})"


def _portion(imperfect, limit, reading):
    picked, gain = _held_out(imperfect)
    helped = _tested(gain.reshape(-1, gain.shape[-1]))[1].reshape(picked.shape) <= _ERROR_RATE
    portion = 1 - picked
    shown = ", ".join(
        f"{row[used].min():.2g} to {row[used].max():.2g} (epoch {epoch})"
        for epoch, row, used in zip(_ordered(imperfect)["stopping_epoch"].values, portion, helped, strict=True)
        if used.any()
    )
    reason = f"1 − ρ from {shown or 'no cell'}, over all n at which hard labels help"
    portions = portion[helped]
    return every_cell(portions >= limit - 1e-12, reason, estimate=portions.max(initial=0), reading=reading)


def _held_out(imperfect):
    """Soft ratio picked on the even runs (epoch, n), and draws of what it gains on the odd ones (epoch, n, draws)."""
    error = _ordered(imperfect)
    picked = error.isel(repeat=slice(0, None, 2)).mean(("teacher", "repeat")).idxmin("soft_ratio")
    odd = error.isel(repeat=slice(1, None, 2))
    gain = odd.sel(soft_ratio=1.0, drop=True) - odd.sel(soft_ratio=picked).drop_vars("soft_ratio")
    dims = ("stopping_epoch", "n_train")
    draws = [gain.mean(other).transpose(*dims, drawn).values for drawn, other in _DRAWN]
    draws = np.concatenate(draws, axis=-1)
    chosen = less_certain(draws.reshape(-1, draws.shape[-1]), imperfect.sizes["teacher"])
    return picked.transpose(*dims).values, chosen.reshape(draws.shape)


def _tested(gain):
    """Scores and one-sided p-values of gains and of harms, (cells, draws)."""
    from scipy.special import stdtr

    mean, error = mean_and_error(gain)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(mean == 0, 0.0, mean / error)
    freedom = np.isfinite(gain).sum(axis=-1) - 1.0
    return score, stdtr(freedom, -score), stdtr(freedom, score)


def _worse(imperfect):
    """Whether the mean teacher errs more than the student of hard labels with as many points, (epoch, n)."""
    error = _ordered(imperfect)
    hard = error.isel(soft_ratio=0).mean(("teacher", "repeat"))
    teacher = imperfect["teacher_error"].sortby("stopping_epoch").mean("teacher")
    return (teacher > hard).transpose("stopping_epoch", "n_train").values


def _ordered(imperfect):
    """Test error (epoch, n, teacher, ρ, repeat), soft ratios in rising order."""
    error = imperfect["test_error"].sortby(["soft_ratio", "stopping_epoch"])
    return error.transpose("stopping_epoch", "n_train", "teacher", "soft_ratio", "repeat")


def _holm(p_values):
    """Which of the hypotheses Holm's rule decides."""
    order = np.argsort(p_values)
    passed = p_values[order] <= _ERROR_RATE / np.arange(len(p_values), 0, -1)
    found = np.zeros(len(p_values), dtype=bool)
    found[order] = np.cumprod(passed).astype(bool)
    return found
