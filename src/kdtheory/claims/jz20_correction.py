"""Section 5, Theorem 2 and Fig. 5 right: do hard labels turn the student's weights towards the truth's?"""

from typing import NamedTuple

import numpy as np

from kdtheory.claims.estimates import rank_correlation
from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED, Outcome, claim
from kdtheory.claims.statistics import every_cell, mean_and_error, rising


class _Rival(NamedTuple):
    """A student of hard labels with whom the teacher is compared."""

    suffix: str
    words: str
    sizes: slice


_ERROR_RATE = 0.05
_AGREEMENT = 1e-3
# Teachers whose error is within this factor of the hard-label student's are neither better nor worse.
_SIMILAR = 1.25
_TRUTHS = {"smooth": "z_g = 10·f_g over its spread", "sign": "z_g = 10·sgn f_g"}
_RIVALS = (
    _Rival("", "the student of hard labels with the same n", slice(None)),
    _Rival("-best", "the best student of hard labels, that with the largest n", slice(-1, None)),
)
_BOTH = {"figure": "jz20_fig5", "reads": ("wide/correction", "wide/imperfect")}


@claim(
    "jz20-thm2-derivative",
    section="5",
    statement="Eq. 12 is the derivative of cos α(Δŵ, Δw_g) with respect to the hard ratio at ρ = 1 (Theorem 2).",
    quantity="derivative less finite difference of the exact effective logits, over the largest derivative at the same "
    "n and truth",
    test=f"every teacher, epoch, n, run and truth agrees to {_AGREEMENT:g}",
    figure="jz20_theorem2",
    reads=("wide/correction",),
)
def _derivative(correction):
    derivative = correction["derivative"]
    scale = np.abs(derivative).max(("teacher", "stopping_epoch", "repeat"))
    off = _measured(np.abs(correction["derivative_fd"] - derivative) / scale)
    return every_cell(off > _AGREEMENT, f"largest difference {off.max():.1e}", estimate=off.max())


@claim(
    "jz20-thm2-projection",
    section="5",
    statement="The derivative's sign is that of the projection ⟨δŵ_h, Δŵ_c⟩ on the correct direction.",
    quantity="signs of ⟨δŵ_h, Δŵ_c⟩ and of the finite difference, where the latter exceeds its own error",
    test="equal in every cell",
    figure="jz20_theorem2",
    reads=("wide/correction",),
)
def _projection(correction):
    difference = correction["derivative_fd"]
    scale = np.abs(difference).max(("teacher", "stopping_epoch", "repeat"))
    clear = np.abs(difference) > _AGREEMENT * scale
    opposite = ((correction["correction"] > 0) != (difference > 0)).where(clear)
    opposite = _measured(opposite) > 0
    reason = f"{100 * float(clear.mean()):.1f} % of the differences are clear of zero"
    return every_cell(opposite, reason)


def _signs(truth, rival, poor):
    which, sign, word = ("worse", "positive", "poor") if poor else ("better", "negative", "good")

    @claim(
        f"jz20-fig5-{word}-teacher-{truth}{rival.suffix}",
        section="5",
        statement=f"⟨δŵ_h, Δŵ_c⟩ is {sign} where the teacher does {which} than {rival.words}.",
        quantity=f"⟨δŵ_h, Δŵ_c⟩ with {_TRUTHS[truth]}, of teachers whose error is {'more' if poor else 'less'} than "
        f"{'' if poor else '1/'}{_SIMILAR} of that student's",
        test="two one-sided t-tests over a teacher's runs in each cell of teacher, epoch and n, Bonferroni over cells",
        error_rate=_ERROR_RATE,
        **_BOTH,
    )
    def check(correction, imperfect):
        values, relative = _against_hard_labels(correction, imperfect, truth, rival)
        chosen = relative > _SIMILAR if poor else relative < 1 / _SIMILAR
        # Errors and signs depend on the teacher, so that the statement is checked for each of them by itself.
        reading = f"{_TRUTHS[truth]}, since the paper does not define the truth's logits; against {rival.words}"
        return _have_sign(values[chosen], 1 if poor else -1, reading, _epochs(correction, values, chosen))

    return check


def _switch(truth, rival):
    @claim(
        f"jz20-fig5-switch-{truth}{rival.suffix}",
        section="5",
        statement=f"⟨δŵ_h, Δŵ_c⟩ switches its sign about when the teacher outperforms {rival.words}.",
        quantity="number of stopping epochs by which the first of either comes apart (the median run's sign), "
        f"{_TRUTHS[truth]}, each teacher and n",
        test="at most one stopping epoch in every cell",
        **_BOTH,
    )
    def check(correction, imperfect):
        values, relative = _against_hard_labels(correction, imperfect, truth, rival)
        switch, outperforms = (_first(state) for state in (np.median(values, axis=-1) < 0, relative < 1))
        apart = (switch - outperforms).ravel()
        reason = (
            f"the sign switches {np.median(apart):+.2g} stopping epochs after the teacher outperforms, median over "
            f"{apart.size} pairs of teacher and n; range {apart.min():+d} to {apart.max():+d}; no switch in "
            f"{int((switch == len(values)).sum())}"
        )
        return every_cell(
            np.abs(apart) > 1,
            reason,
            what="pairs",
            estimate=np.abs(apart).max(),
            reading=f"{_TRUTHS[truth]}; against {rival.words}",
        )

    return check


def _angle(truth):
    @claim(
        f"jz20-sec5-angle-{truth}",
        section="5",
        statement="A student with a smaller angle α(Δŵ, Δw_g) to the truth generalizes better.",
        quantity="rank correlation over stopping epochs of the angle and the test error at ρ = 1, mean over n, each "
        f"teacher, {_TRUTHS[truth]}",
        test="one-sided t-test over teachers",
        error_rate=_ERROR_RATE,
        **_BOTH,
    )
    def check(correction, imperfect):
        error = imperfect["test_error"].sel(soft_ratio=1.0).mean("repeat")
        angle = np.arccos(correction["cosine"].sel(truth=truth).mean("repeat").clip(-1, 1))
        error, angle = _shared(error, angle)
        correlation = np.nanmean(rank_correlation(angle, error), axis=0)
        reason = f"mean rank correlation {correlation.mean():.2f}, {len(correlation)} teachers, {len(angle)} epochs"
        reading = f"{_TRUTHS[truth]}; students of teachers that stopped at different epochs"
        return rising(correlation, reason, error_rate=_ERROR_RATE, reading=reading)

    return check


for _truth in _TRUTHS:
    for _rival in _RIVALS:
        _signs(_truth, _rival, poor=True)
        _signs(_truth, _rival, poor=False)
        _switch(_truth, _rival)
    _angle(_truth)


def _have_sign(values, sign, reading, where):
    """Whether means over the last axis have a sign, cell by cell: ``in part`` when some have the other one."""
    from scipy.special import stdtr

    cells = len(values)
    if cells == 0:
        return Outcome(UNDECIDED, "no teacher was clearly so", reading, n_cells=0)
    mean, error = mean_and_error(sign * values)
    freedom = values.shape[-1] - 1.0
    right, wrong = (stdtr(freedom, -turn * mean / error) <= _ERROR_RATE / cells for turn in (1, -1))
    verdict = (
        FAILS if wrong.all() or wrong.sum() > right.sum()
        else IN_PART if wrong.any()
        else HOLDS if right.sum() > cells / 2
        else UNDECIDED
    )  # fmt: skip
    reason = (
        f"significantly so in {right.sum()} of {cells} cells, significantly the other way in {wrong.sum()}; {where}"
    )
    worst = int(np.argmin(mean / error))
    return Outcome(verdict, reason, reading, float(sign * mean[worst]), n_cells=cells, violations=int(wrong.sum()))


def _against_hard_labels(correction, imperfect, truth, rival):
    """⟨δŵ_h, Δŵ_c⟩ (epoch, n, teacher, repeat), and the teacher's error over the rival's (epoch, n, teacher)."""
    hard = imperfect["test_error"].sortby("soft_ratio").isel(soft_ratio=0, stopping_epoch=0, drop=True)
    # Students of hard labels do not depend on the teacher.
    hard = hard.mean(("teacher", "repeat"))
    values = correction["correction"].sel(truth=truth).sortby("stopping_epoch")
    values = values.sel(n_train=np.intersect1d(values["n_train"], hard["n_train"]))
    hard = hard.sel(n_train=values["n_train"])
    hard = hard.copy(data=np.broadcast_to(hard.values[rival.sizes], hard.shape))
    relative = (correction["teacher_error"] / hard).sortby("stopping_epoch")
    dims = ("stopping_epoch", "n_train", "teacher")
    return values.transpose(*dims, "repeat").values, relative.transpose(*dims).values


def _epochs(correction, values, chosen):
    """Which epochs take part, and the share of positive runs at each."""
    epochs = np.sort(correction["stopping_epoch"].values)
    shown = [
        f"{epoch} ({100 * (cell[mask] > 0).mean():.0f} % of runs positive)"
        for epoch, cell, mask in zip(epochs, values, chosen, strict=True)
        if mask.any()
    ]
    return f"epochs {', '.join(shown) or 'none'}"


def _first(state):
    """Index along the first axis at which the state is first true; its length where it never is."""
    return np.where(state.any(axis=0), state.argmax(axis=0), len(state))


def _shared(one, other):
    """Values (epoch, n, teacher) at the epochs, sizes and teachers that both were measured at."""
    dims = ("stopping_epoch", "n_train", "teacher")
    both = {dim: np.intersect1d(one[dim], other[dim]) for dim in dims}
    return [values.sel(both).transpose(*dims).values for values in (one, other)]


def _measured(values):
    values = values.values
    return values[np.isfinite(values)]
