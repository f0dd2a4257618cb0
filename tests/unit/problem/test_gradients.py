"""Losses of torch as users write them, and what is measured of them."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, kl_div, log_softmax, mse_loss, softmax

from kdtheory.problem import ProblemError, measure_loss
from kdtheory.theory.stationarity import soft_ratio_from_tsquared

CLASSES = 6


def measured(loss, dtype=torch.float64, samples=16, **meant):
    generator = torch.Generator().manual_seed(0)
    student, teacher = (2 * torch.randn(samples, CLASSES, generator=generator, dtype=dtype) for _ in range(2))
    labels = torch.randint(CLASSES, (samples,), generator=generator)
    student.requires_grad_()
    loss(student, teacher, labels).backward()
    return measure_loss(student, teacher, labels, student.grad, **meant)


def distillation(alpha, t, *, factor=None, reduction="batchmean", total=1.0):
    factor = t**2 if factor is None else factor

    def loss(z, z_t, y):
        soft = kl_div(log_softmax(z / t, 1), softmax(z_t / t, 1), reduction=reduction)
        return total * (alpha * factor * soft + (1 - alpha) * cross_entropy(z, y))

    return loss


@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("t", [1.0, 2.0, 4.0, 20.0])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_soft_ratio_and_temperature_are_measured(alpha, t, dtype):
    found = measured(distillation(alpha, t), dtype)
    assert found.soft_ratio == pytest.approx(soft_ratio_from_tsquared(alpha, t), abs=2e-3)
    assert found.temperature == pytest.approx(t, rel=0.01)
    assert found.soft_weight == pytest.approx(alpha * t**2, rel=0.02)
    assert found.hard_weight == pytest.approx(1 - alpha, rel=0.02)


def test_without_a_meant_alpha_the_sum_of_the_weights_tells_the_convention():
    assert "with T²: α = 0.9" in measured(distillation(0.9, 4.0)).summary
    assert "without T²: α = 0.9" in measured(distillation(0.9, 4.0, factor=1.0)).summary


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "has its factor T²"),
        ({"factor": 1.0}, "lacks its factor T²"),
        ({"reduction": "mean"}, "divided by the 6 classes (reduction='mean'"),
        ({"reduction": "mean", "factor": 1.0}, "lacks T² and is divided by the 6 classes"),
        ({"factor": 3.0}, "multiplied by T in place of T²"),
        ({"factor": 5.0}, "multiplied by 5, neither 1 nor T² = 9"),
        ({"total": 16.0}, "the whole loss is multiplied by 16"),
    ],
)
def test_what_is_missing_is_told(options, words):
    assert words in measured(distillation(0.7, 3.0, **options), alpha=0.7, temperature=3.0).summary


def test_another_temperature_is_told():
    assert "the temperature is 4, not 2" in measured(distillation(0.7, 4.0), alpha=0.7, temperature=2.0).summary


def test_hard_labels_alone_have_no_temperature():
    found = measured(lambda z, z_t, y: cross_entropy(z, y))
    assert found.soft_ratio < 1e-6 and np.isnan(found.temperature)


def test_a_teacher_alone_has_soft_ratio_one():
    found = measured(distillation(1.0, 3.0))
    assert found.soft_ratio == pytest.approx(1.0, abs=1e-6) and found.temperature == pytest.approx(3.0, rel=1e-4)


def one_sided(z, z_t, y):
    return kl_div(log_softmax(z, 1), softmax(z_t / 4, 1), reduction="batchmean")


def reversed_kl(z, z_t, y):
    return kl_div(log_softmax(z_t / 2, 1), softmax(z / 2, 1), reduction="batchmean")


@pytest.mark.parametrize(
    "loss",
    [one_sided, reversed_kl, lambda z, z_t, y: mse_loss(z, z_t), lambda z, z_t, y: -distillation(0.5, 2.0)(z, z_t, y)],
)
def test_other_losses_are_not_taken_for_distillation(loss):
    with pytest.raises(ProblemError, match="gradient"):
        measured(loss)


LOGITS, LABELS = np.eye(3) + 0.1, [0, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ((LOGITS, LOGITS[:2], LABELS, LOGITS), "shape"),
        ((LOGITS, LOGITS, [0, 1, 3], LOGITS), "labels"),
        ((LOGITS, LOGITS, [0, 1], LOGITS), "labels"),
        ((LOGITS, LOGITS, LABELS, 0 * LOGITS), "gradient"),
        ((LOGITS * np.nan, LOGITS, LABELS, LOGITS), "not-finite"),
    ],
)
def test_wrong_arrays_are_refused(arguments, kind):
    with pytest.raises(ProblemError) as caught:
        measure_loss(*arguments)
    assert caught.value.findings[0].kind == kind
