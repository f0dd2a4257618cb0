"""Findings on Theorem 2 and Fig. 5 right (JZ20), for each definition of the truth's logits z_g.

Worlds are the draws. Within each of them ⟨δŵ_h, Δŵ_c⟩ is taken in units of both vectors' norms, as a cosine, so
that no size of the sample outweighs another, and it is averaged over runs.
"""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.draws import listed, of_same_worlds, worlds_of
from kdtheory.claims.finding import Finding
from kdtheory.claims.hard_label_students import best_hard_student
from kdtheory.statistics.correlations import rank_correlations_by_world
from kdtheory.statistics.means import mean

TRUTHS = {"smooth": "z_g = 10·f_g over its spread", "sign": "z_g = 10·sgn f_g"}
ASSUMES = ("experiments.correction.cells.main.truth_logit",)
# Teachers whose error is within this factor of the hard-label student's are neither better nor worse.
SIMILAR = 1.25
# By how many stopping epochs the switch of the sign and that of the order may lie apart.
ONE_EPOCH = 1.0
_FEWEST_RANKED = 3


def sign_of_correction(correction, imperfect, truth: str, *, poor: bool) -> Finding:
    """Check that hard labels turn the student towards the truth, or away from it, at every n.

    Parameters
    ----------
    correction, imperfect : xarray.Dataset
        The groups ``wide/correction`` and ``wide/imperfect``; the worlds of both are compared.
    truth : str
        One of `TRUTHS`.
    poor : bool
        Whether of teachers that err more than `SIMILAR` times as much as the best student of hard labels, and then
        towards it; otherwise of those that err less than its `SIMILAR`-th part, and then away from it.

    Returns
    -------
    Finding
        Of an order; an estimate is a mean cosine, positive where it has the stated sign.
    """
    cosine, error, hard = _compared(correction, imperfect, truth)
    chosen = error > SIMILAR * hard if poor else error < hard / SIMILAR
    values = cosine.where(chosen).mean("stopping_epoch")
    epochs = ", ".join(
        f"{epoch} ({count} worlds)"
        for epoch, count in zip(error["stopping_epoch"].values, chosen.sum("world").values, strict=True)
        if count
    )
    shown = ", ".join(
        f"{float(value):.3f} (n = {int(value['n_train'])})" for value in values.mean("world") if np.isfinite(value)
    )
    reason = f"mean cosine {shown or 'none'}; epochs {epochs or 'none'}".replace(" -", " −")
    return rules.order(mean((1 if poor else -1) * worlds_of(values, "n_train")), reason=reason)


def switch_of_sign(correction, imperfect, truth: str) -> Finding:
    """Check that the sign switches when the teacher outperforms the best student of hard labels.

    Parameters
    ----------
    correction, imperfect, truth
        As for `sign_of_correction`.

    Returns
    -------
    Finding
        Of a value, 0; an estimate is the mean number of stopping epochs from the one to the other at one n. A world
        without a switch has it one epoch after the last.
    """
    cosine, error, hard = _compared(correction, imperfect, truth)
    switch = _first(worlds_of(cosine, "stopping_epoch", "n_train") < 0)
    outperforms = _first(worlds_of(error < hard, "stopping_epoch") > 0)
    apart = switch - outperforms[:, None]
    never = int((switch == cosine.sizes["stopping_epoch"]).sum())
    reason = (
        f"the sign switches {np.median(apart):+.2g} stopping epochs after the teacher outperforms, median over "
        f"{apart.size} pairs of world and n; range {apart.min():+d} to {apart.max():+d}; no switch in {never}"
    ).replace("-", "−")
    return rules.value(mean(apart), 0.0, ONE_EPOCH, reason=reason)


def angle_tells_error(correction, imperfect, truth: str) -> Finding:
    """Check that over stopping epochs a smaller angle to the truth comes with a smaller test error.

    Parameters
    ----------
    correction, imperfect, truth
        As for `sign_of_correction`.

    Returns
    -------
    Finding
        Of an order; the estimate is the mean over worlds of Spearman's correlation, itself a mean over n.
    """
    angle = np.arccos(correction["cosine"].sel(truth=truth, drop=True).clip(-1, 1))
    error = imperfect["test_error"].sel(soft_ratio=1.0, drop=True)
    shared = {dim: np.intersect1d(angle[dim], error[dim]) for dim in ("stopping_epoch", "n_train")}
    both = of_same_worlds(angle.sel(shared), error.sel(shared))
    both = [worlds_of(values, "stopping_epoch", "n_train") for values in both]
    worlds, epochs, sizes = both[0].shape
    correlations = np.full(worlds, np.nan)
    if epochs >= _FEWEST_RANKED and sizes:
        correlations = rank_correlations_by_world(*both).mean(axis=-1)
    found = mean(correlations)
    reason = (
        f"mean rank correlation {listed(['angle and error'], found)}; {worlds} worlds, {epochs} epochs, {sizes} sizes"
    )
    return rules.beyond(found, above=0.0, reason=reason)


def _compared(correction, imperfect, truth):
    """Mean cosines (epoch, n, world), the teachers' errors (epoch, world), and the hard student's (world)."""
    cosine = correction["correction_cosine"].sel(truth=truth, drop=True).sortby(["stopping_epoch", "n_train"])
    error = correction["teacher_error"].sortby("stopping_epoch")
    return of_same_worlds(cosine.mean("run"), error, best_hard_student(imperfect))


def _first(state):
    """Index along the second axis at which the state is first true; its length where it never is."""
    return np.where(state.any(axis=1), state.argmax(axis=1), state.shape[1])
