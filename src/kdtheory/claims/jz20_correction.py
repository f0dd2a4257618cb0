"""Section 5, Theorem 2 and Fig. 5 right: do hard labels turn the student's weights towards the truth's?"""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.correction_signs import (
    ASSUMES,
    ONE_EPOCH,
    SIMILAR,
    TRUTHS,
    angle_tells_error,
    sign_of_correction,
    switch_of_sign,
)
from kdtheory.claims.draws import ARE_WORLDS
from kdtheory.claims.finding import IDENTITY, ORDER, VALUE
from kdtheory.claims.registry import claim

_AGREEMENT = 1e-3
_THEOREM = {"section": "5", "figure": "jz20_theorem2", "reads": ("wide/correction",), "kind": IDENTITY}
_BOTH = {
    "section": "5",
    "figure": "jz20_fig5",
    "reads": ("wide/correction", "wide/imperfect"),
    "error_rate": rules.ERROR_RATE,
    "assumes": ASSUMES,
    "reading": f"{TRUTHS['smooth']}, since the paper does not define the truth's logits; best = with the largest n",
}


@claim(
    "jz20-thm2-derivative",
    statement="Eq. 12 is the derivative of cos α(Δŵ, Δw_g) with respect to the hard ratio at ρ = 1 (Theorem 2).",
    quantity="derivative less finite difference of the exact effective logits, over the largest derivative at the same "
    "n and z_g",
    test=f"every world, run, epoch, n and z_g agrees to {_AGREEMENT:g}",
    tolerance=_AGREEMENT,
    **_THEOREM,
)
def _derivative(correction):
    derivative = correction["derivative"]
    off = np.abs(correction["derivative_fd"] - derivative) / _largest(derivative)
    return rules.identity(off, rounding=_AGREEMENT, reason=f"largest difference {float(off.max()):.1e}")


@claim(
    "jz20-thm2-projection",
    statement="The derivative's sign is that of the projection ⟨δŵ_h, Δŵ_c⟩ on the correct direction.",
    quantity="signs of ⟨δŵ_h, Δŵ_c⟩ and of the finite difference, where the latter exceeds its own error",
    test="equal in every cell",
    **_THEOREM,
)
def _projection(correction):
    difference = correction["derivative_fd"]
    clear = np.abs(difference) > _AGREEMENT * _largest(difference)
    opposite = ((correction["correction"] > 0) != (difference > 0)).where(clear)
    return rules.identity(opposite, reason=f"{100 * float(clear.mean()):.1f} % of the differences are clear of zero")


@claim(
    "jz20-fig5-poor-teacher-smooth-best",
    statement="⟨δŵ_h, Δŵ_c⟩ is positive where the teacher does worse than the best student of hard labels.",
    quantity="cosine of δŵ_h and Δŵ_c, mean over the stopping epochs at which the teacher's error is more than "
    f"{SIMILAR} times that student's, every n",
    test="one-sided t-test at every n" + ARE_WORLDS,
    kind=ORDER,
    **_BOTH,
)
def _poor(correction, imperfect):
    return sign_of_correction(correction, imperfect, "smooth", poor=True)


@claim(
    "jz20-fig5-good-teacher-smooth-best",
    statement="⟨δŵ_h, Δŵ_c⟩ is negative where the teacher does better than the best student of hard labels.",
    quantity="minus the cosine of δŵ_h and Δŵ_c, mean over the stopping epochs at which the teacher's error is less "
    f"than 1/{SIMILAR} of that student's, every n",
    test="one-sided t-test at every n" + ARE_WORLDS,
    kind=ORDER,
    **_BOTH,
)
def _good(correction, imperfect):
    return sign_of_correction(correction, imperfect, "smooth", poor=False)


@claim(
    "jz20-fig5-switch-smooth-best",
    statement="⟨δŵ_h, Δŵ_c⟩ switches its sign about when the teacher outperforms the best student of hard labels.",
    quantity="stopping epochs from the first at which the teacher outperforms to the first at which the mean cosine of "
    "δŵ_h and Δŵ_c is negative, every n",
    test="equivalence to 0 at every n" + ARE_WORLDS,
    kind=VALUE,
    tolerance=ONE_EPOCH,
    **_BOTH,
)
def _switch(correction, imperfect):
    return switch_of_sign(correction, imperfect, "smooth")


@claim(
    "jz20-sec5-angle-smooth",
    statement="A student with a smaller angle α(Δŵ, Δw_g) to the truth generalizes better.",
    quantity="rank correlation over stopping epochs of the angle and the test error at ρ = 1, mean over n",
    test="one-sided t-test" + ARE_WORLDS,
    kind=ORDER,
    **{**_BOTH, "reading": f"{TRUTHS['smooth']}; students of teachers that stopped at different epochs"},
)
def _angle(correction, imperfect):
    return angle_tells_error(correction, imperfect, "smooth")


def _largest(values):
    return np.abs(values).max(("stopping_epoch", "world", "run"))
