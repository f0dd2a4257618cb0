"""Learners of hard labels against slow twins: a quadratic program, the distance of explicit weights, plain descent."""

from functools import partial

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from kdtheory.jobs.seeds import generator
from kdtheory.students.kernel.hard_labels import HardLabels, descent_coefficients
from kdtheory.students.kernel.points import fit
from kdtheory.students.kernel.run import fitted_run
from kdtheory.tasks import boundary
from kdtheory.teachers import linear

draw = partial(generator, 5, "student")
SIZES, ORACLES, STEPS = [4, 12], [20, 30], [3, 40]
SETTINGS = HardLabels(
    targets="hard_labels", kept=["norm", "hard_labels"], depth=2, n_train=SIZES, runs=1, labels=["teacher", "truth"],
    hard_logits=[1.0, 4.0], stopping_epochs=[0], hard_steps=STEPS, step_share=0.5, oracle_sizes=ORACLES,
)  # fmt: skip


@pytest.fixture(scope="module")
def run():
    settings = boundary.Settings(2, 6, 0.6, 0.15, n_points=12, n_test=20, n_oracle=10, worlds=1, runs=1)
    dataset = boundary.build(settings, partial(generator, 5, "data"))
    logits = linear.export(linear.Settings(norms=[5.0]), draw, dataset)
    logits = logits.isel(teacher_norm=0, drop=True)
    here = {"world": 0, "run": 0}
    points = dataset.isel(here, drop=True), logits["logits"].isel(here, drop=True)
    return fitted_run(SETTINGS, *points, partial(draw, 0, 0)), fit(SETTINGS, draw, dataset, logits)


def margin_by_a_quadratic_program(gram, signs):
    """Coefficients of the largest margin, by the dual of the support vector machine."""
    signed = signs[:, None] * gram * signs
    found = minimize(
        lambda a: a @ signed @ a / 2 - a.sum(), np.ones(len(gram)), jac=lambda a: signed @ a - 1,
        bounds=[(0, None)] * len(gram), method="L-BFGS-B", options={"ftol": 1e-16, "gtol": 1e-12, "maxiter": 100000},
    )  # fmt: skip
    return signs * found.x


def learners(run, size, source):
    """Coefficients c of Δw = Σ c_i φ(x_i) of each learner, (n, …), and whether z₀ is part of its logits."""
    gram, initial = run.kernel[:size, :size], run.initial[:size]
    values = run.teacher_logits.values if source == "teacher" else run.truth.values
    signs = np.where(values[:size] > 0, 1.0, -1.0)
    fits = np.linalg.solve(gram, np.outer(signs, SETTINGS.hard_logits) - initial[:, None])
    soft = np.linalg.solve(gram, run.teacher_logits.values[:size] - initial)
    rate = 8 * SETTINGS.step_share / np.linalg.eigvalsh(gram)[-1]
    by_descent, steps = np.zeros(size), []
    for step in range(1, STEPS[-1] + 1):
        by_descent = by_descent + rate * signs * expit(-signs * (initial + gram @ by_descent))
        if step in STEPS:
            steps.append(by_descent)
    margin = margin_by_a_quadratic_program(gram, signs)
    return {"stand_in": (fits, 1), "descent": (np.stack(steps, 1), 1), "margin": (margin, 0), "soft": (soft, 1)}


@pytest.mark.parametrize("source", ["teacher", "truth"])
@pytest.mark.parametrize("size", SIZES)
def test_errors_and_angles_are_those_of_explicit_learners(run, size, source):
    run, students = run
    here = students.sel(labels=source, n_train=size).isel(world=0, run=0)
    test, beyond = slice(12, 32), slice(12, 42)
    right = (run.teacher_logits.values if source == "teacher" else run.truth.values)[test] > 0
    for name, (coefficients, starts) in learners(run, size, source).items():
        columns = coefficients.reshape(size, -1).T
        for index, each in enumerate(columns):
            logits = starts * run.initial[test] + run.kernel[test, :size] @ each
            error = here[f"error_{name}"].values.reshape(-1)[index]
            # A logit that is 0 to the accuracy of the twin may fall on either side.
            clear = np.abs(logits) > 1e-5
            assert abs(error - np.mean((logits > 0) != right)) <= np.mean(~clear)
            for place, points in enumerate(ORACLES):
                of_oracle = slice(beyond.start, beyond.start + points)
                gram = run.kernel[of_oracle, of_oracle]
                oracle = np.linalg.solve(gram, (run.teacher_logits.values - run.initial)[of_oracle])
                inner = each @ run.kernel[:size, of_oracle] @ oracle
                norms = np.sqrt(each @ run.kernel[:size, :size] @ each), np.sqrt(oracle @ gram @ oracle)
                angle = here[f"angle_{name}"].values.reshape(len(columns), -1)[index, place]
                assert angle == pytest.approx(np.arccos(inner / np.prod(norms)), abs=1e-4)


def test_long_descent_turns_towards_the_largest_margin(run):
    run, _ = run
    gram, signs = run.kernel[:4, :4], np.where(run.teacher_logits.values[:4] > 0, 1.0, -1.0)
    limit = margin_by_a_quadratic_program(gram, signs)
    steps = descent_coefficients(gram, run.initial[:4], signs, [10, 1000, 100000], 0.5)

    def cosine(each):
        return each @ gram @ limit / np.sqrt((each @ gram @ each) * (limit @ gram @ limit))

    cosines = [cosine(each) for each in steps.T]
    assert cosines == sorted(cosines) and cosines[-1] > 0.98 > cosines[0]
