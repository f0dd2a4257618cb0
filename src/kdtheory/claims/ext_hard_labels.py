"""Our own results: what is said of ρ = 0 by the stand-in ±a, said again of genuine learners of hard labels."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.draws import fitted, listed, of_same_worlds, with_gaps, worlds_of
from kdtheory.claims.finding import ORDER, RATE, VALUE, in_parts
from kdtheory.claims.hard_label_students import best_hard_student
from kdtheory.claims.inefficiency import WORLDS, inefficiency_draws, plateau, span, unless_descriptive
from kdtheory.claims.inefficiency import listed as listed_draws
from kdtheory.claims.registry import claim
from kdtheory.claims.transfer_draws import FIRST_SIZE, LAST_SIZE
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import count_slopes_by_world
from kdtheory.statistics.means import mean

_LEARNERS = {"largest margin": "margin", "descent": "descent", "±a": "stand_in"}
_PARTS = tuple(_LEARNERS)
# Largest difference of errors that counts as none, and of shares of teachers; fixed before the data.
_SAME_ERROR, _SAME_TEACHERS = 0.01, rules.DERIVED
_PLATEAU = 0.5
# Where a stand-in is compared with the learner that it stands in for.
_COMPARED = 128
_MOST_OF_ORACLE = 1 / 8
_MAIN = "experiments.hard_labels.cells.main"
_STEPS = f"{_MAIN}.hard_steps"
_READS = {"figure": "jz20_hard_labels", "reads": ("wide/hard_labels",), "scope": "ours"}
_IN_PARTS = {**_READS, "parts": _PARTS, "error_rate": len(_PARTS) * rules.ERROR_RATE, "assumes": (_STEPS,)}
_OF_ALL = "the student of ±a at every a, the learner after every number of steps of descent, and that of largest margin"


@claim(
    "ext-hard-lower",
    section="3",
    statement="Pure soft labels of a perfect teacher give a lower transfer risk than hard labels, whoever learns them.",
    quantity=f"risk of {_OF_ALL}, less that at ρ = 1, largest n, on the same points",
    test="one-sided paired t-tests over worlds in every cell of each part, Holm for `fails`",
    kind=ORDER,
    **_IN_PARTS,
)
def _lower(hard):
    last = hard.sel(labels="teacher").isel(n_train=-1)

    def check(name):
        dims = _dims(last[f"error_{name}"])
        errors, soft = worlds_of(last[f"error_{name}"], *dims), worlds_of(last["error_soft"])
        means = listed([*_names(last[f"error_{name}"]), "ρ = 1"], mean(np.column_stack([errors, soft])), "{:.2g}")
        reason = f"risk at n = {int(last['n_train'])}: {means}"
        return rules.order(mean(errors - _beside(soft, errors)), reason=reason)

    return _of_learners(check)


@claim(
    "ext-hard-faster",
    section="3",
    statement="The risk of pure soft distillation converges faster than that of hard labels, whoever learns them.",
    quantity=f"exponent b of R ~ n^−b at ρ = 1 less that of {_OF_ALL}, {FIRST_SIZE} ≤ n ≤ {LAST_SIZE}",
    test="t-tests over worlds of exponents by Poisson quasi-likelihood, pooled by the jackknife: above 0 in every cell "
    "of each part, Holm for `fails`",
    kind=RATE,
    **_IN_PARTS,
)
def _faster(hard):
    def check(name):
        exponents, soft = (_exponents(hard, one) for one in (name, "soft"))
        names = [*_names(hard[f"error_{name}"]), "ρ = 1"]
        reason = f"b = {listed(names, pooled(np.column_stack([exponents, soft])))}"
        differences = pooled(_beside(soft, exponents) - exponents)
        return rules.rate(differences, reason=with_gaps(reason, differences))

    return _of_learners(check)


@claim(
    "ext-hard-angle",
    section="3.1",
    statement="Weights learned from soft labels are closer in angle to the teacher's oracle than those learned from "
    "hard labels, whoever learns them.",
    quantity=f"angle to the oracle of the teacher's logits of {_OF_ALL}, less that at ρ = 1, every n ≤ N/8, an "
    "independent oracle of the largest N",
    test="one-sided paired t-tests over worlds in every cell of each part, Holm for `fails`; no verdict without an "
    "oracle",
    kind=ORDER,
    **(_IN_PARTS | {"assumes": (_STEPS, f"{_MAIN}.oracle_sizes")}),
)
def _angle(hard):
    largest = int(hard["oracle_size"].max())
    near = hard.sel(labels="teacher").sel(n_train=hard["n_train"] <= _MOST_OF_ORACLE * largest)
    both = worlds_of(near["angle_soft"].reindex(oracle_size=[largest // 2, largest]), "oracle_size", "n_train")
    near = near.sel(oracle_size=largest)

    def check(name):
        dims = _dims(near[f"angle_{name}"])
        angles = worlds_of(near[f"angle_{name}"], *dims, "n_train")
        soft = worlds_of(near["angle_soft"], "n_train")
        soft = np.broadcast_to(soft[:, None] if dims else soft, angles.shape)
        last = mean(np.degrees(np.column_stack([angles[..., -1], soft[:, :1, -1] if dims else soft[:, -1]])))
        shown = listed([*_names(near[f"angle_{name}"]), "ρ = 1"], last, "{:.1f}°")
        found = rules.order(mean(angles - soft), reason=f"angle at n = {int(near['n_train'][-1])}: {shown}")
        return rules.with_oracle(found, mean(both[:, 1] - both[:, 0]))

    return _of_learners(check)


@claim(
    "ext-hard-stand-in",
    section="3",
    statement="The student of ±a errs as often as the learner of hard labels with the largest margin, whatever a is.",
    quantity=f"error of the student of ±a less that of the learner of largest margin, every a and n ≥ {_COMPARED}, "
    "labels of the teacher and of the truth",
    test=f"t-tests over worlds: equivalence to 0 within {_SAME_ERROR} in every cell",
    kind=VALUE,
    tolerance=_SAME_ERROR,
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _stand_in(hard):
    large = hard.sel(n_train=hard["n_train"] >= min(_COMPARED, int(hard["n_train"].max())))
    fits = worlds_of(large["error_stand_in"], "hard_logit", "labels", "n_train")
    margin = worlds_of(large["error_margin"], "labels", "n_train")
    differences = mean(fits - margin[:, None])
    means = listed([*_names(large["error_stand_in"]), "largest margin"], mean(
        np.column_stack([fits[:, :, 0, -1], margin[:, 0, -1]])
    ), "{:.2g}")  # fmt: skip
    reason = f"risk at n = {int(large['n_train'][-1])}: {means}"
    return rules.value(differences, 0.0, _SAME_ERROR, reason=reason)


@claim(
    "ext-hard-plateau",
    section="4.2",
    statement="With hard labels alone I(n) ≈ 0.5, whatever the logit ±a that stands for a label.",
    quantity="I over n = 128…1024 of the student of ±a, every a, decisions of the teacher as labels",
    test=f"equivalence to {_PLATEAU} at every a" + WORLDS,
    kind=VALUE,
    tolerance=rules.READ_OFF_A_PLOT,
    error_rate=rules.ERROR_RATE,
    reading="only students of ±a have an I(n): the norm of the genuine learner grows without limit",
    **_READS,
)
def _plateaus(hard):
    norm = hard["weight_norm"].sel(labels="teacher").transpose("hard_logit", ...)
    draws = inefficiency_draws(norm, [plateau(norm)])[:, 0]
    reason = f"I over n = {span(plateau(norm))}: {listed_draws(_names(norm), draws, '{:.3f}')}"
    return unless_descriptive(rules.value(pooled(draws), _PLATEAU, rules.READ_OFF_A_PLOT, reason=reason), draws)


@claim(
    "ext-hard-benchmark",
    section="5",
    statement="Which teachers outperform the best student of hard labels does not depend on its stand-in ±a.",
    quantity="share of stopping epochs at which the teacher errs less than one, but not the other, of the student of "
    "±a and the learner of largest margin, true labels, largest n of each group",
    test=f"t-test over worlds: equivalence to 0 within {_SAME_TEACHERS}",
    kind=VALUE,
    tolerance=_SAME_TEACHERS,
    error_rate=rules.ERROR_RATE,
    **(_READS | {"reads": ("wide/hard_labels", "wide/imperfect")}),
)
def _benchmark(hard, imperfect):
    genuine, stand_in, teacher = of_same_worlds(
        hard["error_margin"].sel(labels="truth").isel(n_train=-1), best_hard_student(imperfect),
        imperfect["teacher_error"],
    )  # fmt: skip
    differ = (teacher < stand_in) != (teacher < genuine)
    shares = mean(worlds_of(differ.mean("stopping_epoch")))
    means = ", ".join(f"{float(each.mean()):.4f}" for each in (stand_in, genuine))
    return rules.value(shares, 0.0, _SAME_TEACHERS, reason=f"errors of the two: {means}")


def _of_learners(check):
    return in_parts(_PARTS, {part: check(name) for part, name in _LEARNERS.items()})


def _dims(values):
    return [dim for dim in ("hard_logit", "step") if dim in values.dims]


def _names(values):
    """Return "a = 5" or "16 steps" for each learner of a kind."""
    if "hard_logit" in values.dims:
        return [f"a = {logit:g}" for logit in values["hard_logit"].values]
    return [f"{step} steps" for step in values["step"].values] if "step" in values.dims else ["largest margin"]


def _beside(soft, values):
    """Draws (worlds,) as they subtract from draws (worlds, learners…)."""
    return soft.reshape(len(soft), *[1] * (values.ndim - 1))


def _exponents(hard, name):
    """Draws of b of R ~ n^−b, (worlds, learners…), for `pooled`."""
    sizes = hard["n_train"]
    errors = hard[f"error_{name}"].sel(labels="teacher", n_train=(sizes >= FIRST_SIZE) & (sizes <= LAST_SIZE))
    counts = np.round(worlds_of(errors, "n_train", *_dims(errors)) * int(hard["test_points"]))
    return -fitted(count_slopes_by_world, np.log(errors["n_train"].values), counts)
