"""Our own contrast: the signs of Fig. 5 right (JZ20) where the truth's logits are a sign, z_g = 10·sgn f_g."""

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
from kdtheory.claims.finding import ORDER, VALUE
from kdtheory.claims.registry import claim

_READS = {
    "section": "5",
    "figure": "jz20_fig5",
    "reads": ("wide/correction", "wide/imperfect"),
    "error_rate": rules.ERROR_RATE,
    "scope": "ours",
    "assumes": ASSUMES,
    "reading": f"{TRUTHS['sign']}; best = with the largest n",
}
_SIGN = "With the sign of the truth as its logits, "


@claim(
    "ext-correction-poor-teacher-sign",
    statement=_SIGN + "⟨δŵ_h, Δŵ_c⟩ is positive where the teacher does worse than the best student of hard labels.",
    quantity="cosine of δŵ_h and Δŵ_c, mean over the stopping epochs at which the teacher's error is more than "
    f"{SIMILAR} times that student's, every n",
    test="one-sided t-test at every n" + ARE_WORLDS,
    kind=ORDER,
    **_READS,
)
def _poor(correction, imperfect):
    return sign_of_correction(correction, imperfect, "sign", poor=True)


@claim(
    "ext-correction-good-teacher-sign",
    statement=_SIGN + "⟨δŵ_h, Δŵ_c⟩ is negative where the teacher does better than the best student of hard labels.",
    quantity="minus the cosine of δŵ_h and Δŵ_c, mean over the stopping epochs at which the teacher's error is less "
    f"than 1/{SIMILAR} of that student's, every n",
    test="one-sided t-test at every n" + ARE_WORLDS,
    kind=ORDER,
    **_READS,
)
def _good(correction, imperfect):
    return sign_of_correction(correction, imperfect, "sign", poor=False)


@claim(
    "ext-correction-switch-sign",
    statement=_SIGN + "⟨δŵ_h, Δŵ_c⟩ switches its sign about when the teacher outperforms the best student of hard "
    "labels.",
    quantity="stopping epochs from the first at which the teacher outperforms to the first at which the mean cosine of "
    "δŵ_h and Δŵ_c is negative, every n",
    test="equivalence to 0 at every n" + ARE_WORLDS,
    kind=VALUE,
    tolerance=ONE_EPOCH,
    **_READS,
)
def _switch(correction, imperfect):
    return switch_of_sign(correction, imperfect, "sign")


@claim(
    "ext-correction-angle-sign",
    statement=_SIGN + "a student with a smaller angle α(Δŵ, Δw_g) to the truth generalizes better.",
    quantity="rank correlation over stopping epochs of the angle and the test error at ρ = 1, mean over n",
    test="one-sided t-test" + ARE_WORLDS,
    kind=ORDER,
    **{**_READS, "reading": f"{TRUTHS['sign']}; students of teachers that stopped at different epochs"},
)
def _angle(correction, imperfect):
    return angle_tells_error(correction, imperfect, "sign")
