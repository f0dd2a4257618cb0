"""Each tool's loss, written as the tool computes it, has the soft ratio that the table gives."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, kl_div, log_softmax, softmax

from kdtheory.problem import CONVENTIONS, measure_loss, soft_ratio_of

T = 3.0


def kl(z, z_t):
    return kl_div(log_softmax(z / T, 1), softmax(z_t / T, 1), reduction="batchmean")


# Of a soft weight 0.7 and a hard weight 0.3, or what the tool makes of them.
LOSSES = {
    "torchdistill": lambda z, z_t, y: 0.3 * cross_entropy(z, y) + (1 - 0.3) * T**2 * kl(z, z_t),
    "repdistiller": lambda z, z_t, y: 0.3 * cross_entropy(z, y) + 0.7 * kl(z, z_t) * T**2,
    "distillkit": lambda z, z_t, y: (0.3 * cross_entropy(z, y) + 0.7 * kl(z, z_t) * T**2) / (0.3 + 0.7),
    "trl": lambda z, z_t, y: kl(T * z, T * z_t),  # at temperature 1
    "keras": lambda z, z_t, y: 0.3 * cross_entropy(z, y) + (1 - 0.3) * (kl(z, z_t) * T**2),
    "torch": lambda z, z_t, y: 0.7 * T**2 * kl(z, z_t) + 0.3 * cross_entropy(z, y),
    "torch-without": lambda z, z_t, y: 0.7 * kl(z, z_t) + 0.3 * cross_entropy(z, y),
}


def test_every_tool_has_a_loss_here():
    assert set(LOSSES) == set(CONVENTIONS)


@pytest.mark.parametrize("tool", LOSSES)
def test_the_soft_ratio_is_that_of_the_tools_loss(tool):
    generator = torch.Generator().manual_seed(1)
    student, teacher = (2 * torch.randn(12, 5, generator=generator, dtype=torch.float64) for _ in range(2))
    labels = torch.randint(5, (12,), generator=generator)
    student.requires_grad_()
    LOSSES[tool](student, teacher, labels).backward()
    soft, hard = (1.0, 0.0) if tool == "trl" else (0.7, 0.3)
    found = measure_loss(student, teacher, labels, student.grad)
    assert found.soft_ratio == pytest.approx(soft_ratio_of(tool, soft, hard, T), abs=1e-5)
    assert found.temperature == pytest.approx(1.0 if tool == "trl" else T, rel=1e-4)


@pytest.mark.parametrize("tool", CONVENTIONS)
def test_every_line_names_temperature_and_weights(tool):
    line = CONVENTIONS[tool].spelled(0.875, 2.5)
    assert "{" not in line.replace("{function", "")
    assert ("2.5" in line and "0.125" in line) == (tool != "trl")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none", 1, 1, 1), "must be one of"), (("torch", -1, 1, 1), "negative"), (("torch", 0, 0, 1), "both 0"),
        (("torch", 1, 1, 0), "positive"), (("trl", 1, 1, 1), "no hard term"), (("torch", np.nan, 1, 1), "negative"),
    ],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        soft_ratio_of(*arguments)
