"""Gradient flows against plain descent of small steps, a closed form, and the effective logits that they tend to."""

import numpy as np
import pytest
import xarray as xr
from scipy.linalg import expm

from kdtheory.students.finite_width.distillation import Lesson
from kdtheory.students.finite_width.linearized import descend_further
from kdtheory.students.kernel.flow import Tempered, gradient_flow
from kdtheory.students.kernel.targets import Points
from kdtheory.theory.stationarity import effective_logits, stationarity_residual

RNG = np.random.default_rng(8)
FEATURES = RNG.standard_normal((5, 9))
GRAM = FEATURES @ FEATURES.T
INITIAL, TEACHER = RNG.standard_normal(5), 4 * RNG.standard_normal(5)
LABELS = (TEACHER > 0).astype(float)


@pytest.mark.parametrize(("soft_ratio", "temperature"), [(1.0, 5.0), (0.5, 2.0), (0.2, 1.0)])
def test_a_flow_is_the_limit_of_descent_with_small_steps(soft_ratio, temperature):
    times, steps = np.array([0.0, 3.0, 30.0]), 60000
    logits = gradient_flow(GRAM, INITIAL, TEACHER, soft_ratio, 1 - soft_ratio, temperature, times)
    assert logits[0] == pytest.approx(INITIAL)
    lessons = Lesson(TEACHER[None], LABELS[None], np.array([[soft_ratio]]), np.array([temperature]))
    # In units of n/λ_max, a step η of descent on the mean loss takes ηλ_max/n.
    rate = times[-1] / steps * 5 / np.linalg.eigvalsh(GRAM)[-1]
    found = descend_further(np.zeros((1, 1, 5)), GRAM[None], INITIAL[None], lessons, np.array([[rate]]), steps)
    assert logits[-1] == pytest.approx(INITIAL + np.asarray(found)[0, 0] @ GRAM, abs=2e-3)


def test_at_a_high_temperature_a_flow_is_that_of_the_quadratic_loss():
    temperature = 1e4
    times = np.array([0.0, 1.0, 4.0]) * temperature**2
    logits = gradient_flow(GRAM, INITIAL, TEACHER, 1.0, 0.0, temperature, times)
    drive = GRAM / np.linalg.eigvalsh(GRAM)[-1] / 4
    for time, found in zip(times, logits, strict=True):
        decay = expm(-drive * time / temperature**2)
        assert found == pytest.approx(TEACHER + decay @ (INITIAL - TEACHER), abs=1e-4)


@pytest.mark.parametrize("soft_ratio", [1.0, 0.5])
def test_a_flow_ends_at_the_effective_logits(soft_ratio):
    logits = gradient_flow(GRAM, INITIAL, TEACHER, soft_ratio, 1 - soft_ratio, 5.0, np.array([0.0, 1e9]))
    assert logits[-1] == pytest.approx(effective_logits(TEACHER, LABELS, soft_ratio, 5.0), abs=1e-6)


def test_targets_of_both_conventions_are_where_their_losses_are_stationary():
    settings = Tempered(
        targets="tempered", kept=["norm"], depth=1, n_train=[5], labels="teacher", loss_scales=["raw", "t_squared"],
        soft_ratios=[0.3, 1.0], temperatures=[0.5, 5.0], stopping_epochs=[4],
    )  # fmt: skip
    logits = xr.DataArray(TEACHER[None], dims=("stopping_epoch", "sample"), coords={"stopping_epoch": [4]})
    points = Points(logits, None, xr.DataArray(INITIAL, dims="sample"), None)
    targets = settings.changes(points)["coefficients"].squeeze("stopping_epoch") + points.initial
    for scale, soft_ratio, temperature in np.ndindex(2, 2, 2):
        here = targets.isel(loss_scale=scale, soft_ratio=soft_ratio, temperature=temperature)
        weight, heat = float(here["soft_ratio"]), float(here["temperature"])
        # The slope of the soft term alone is that at ρ = 1, of the hard term that at ρ = 0.
        soft = stationarity_residual(here.values, TEACHER, LABELS, 1.0, heat)
        hard = stationarity_residual(here.values, TEACHER, LABELS, 0.0, heat)
        factor = heat**2 if str(here["loss_scale"].values) == "t_squared" else 1.0
        assert weight * factor * soft + (1 - weight) * hard == pytest.approx(0.0, abs=1e-10)
