import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from kdtheory.theory.correcting_losses import LOSSES, correcting_logits, correcting_loss
from kdtheory.theory.stationarity import effective_logits

RATIOS = (0.3, 0.9, 0.97, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
def test_effective_logits_are_where_a_direct_search_finds_the_least_loss(loss):
    rng = np.random.default_rng(1)
    for z_t, label, temperature in zip(
        rng.normal(0, 6, 40), rng.integers(0, 2, 40), rng.uniform(0.5, 6, 40), strict=True
    ):
        for ratio in RATIOS:
            arguments = z_t, label, ratio, temperature
            found = float(correcting_logits(loss, *arguments))
            span = 60 + abs(z_t)
            least = minimize_scalar(
                lambda z, arguments=arguments: float(correcting_loss(loss, z, *arguments)),
                bounds=(-span, span), method="bounded", options={"xatol": 1e-10},
            )  # fmt: skip
            # Flat tails tell the place of a minimum to the root of the rounding only; its value to rounding.
            assert float(correcting_loss(loss, found, *arguments)) <= least.fun + 1e-12
            assert found == pytest.approx(least.x, abs=2e-3)


def test_the_first_loss_is_that_of_the_paper_and_all_are_purely_soft_at_the_end():
    z_t = np.linspace(-12, 12, 41)
    for label in (0, 1):
        np.testing.assert_array_equal(
            correcting_logits("mixed", z_t, label, 0.7, 5.0), effective_logits(z_t, label, 0.7, 5.0)
        )
        for loss in LOSSES:
            np.testing.assert_allclose(correcting_logits(loss, z_t, label, 1.0, 5.0), z_t, rtol=1e-14)


@pytest.mark.parametrize("loss", LOSSES)
def test_only_the_papers_loss_jumps_where_a_perfect_teacher_changes_its_class(loss):
    small = 1e-9
    jump = correcting_logits(loss, small, 1, 0.8, 5.0) - correcting_logits(loss, -small, 0, 0.8, 5.0)
    assert jump > 1 if loss == "mixed" else 0 < jump < 1e-7


@pytest.mark.parametrize("loss", ["disagreement", "hinge", "perceptron"])
def test_a_teacher_that_is_right_is_left_as_it_is(loss):
    z_t = np.linspace(-9, 9, 37)
    np.testing.assert_allclose(correcting_logits(loss, z_t, z_t > 0, 0.4, 3.0), z_t, atol=1e-14)


def test_a_teacher_that_is_wrong_is_moved_by_the_label_to_its_mirror_image_to_zero_or_to_the_root_of_the_paper():
    z_t = -np.array([0.2, 1.0, 4.0])
    np.testing.assert_allclose(correcting_logits("hinge", z_t, 1, 0.9, 5.0), -z_t)
    np.testing.assert_allclose(correcting_logits("perceptron", z_t, 1, 0.9, 5.0), 0.0)
    expected = effective_logits(z_t, 1, 0.9, 5.0)
    np.testing.assert_array_equal(correcting_logits("disagreement", z_t, 1, 0.9, 5.0), expected)
    confident = np.tanh(-z_t / 10)
    np.testing.assert_allclose(
        correcting_logits("confidence", z_t, 1, 0.9, 5.0), effective_logits(z_t, 1, 0.9 / (0.9 + 0.1 * confident), 5.0)
    )


def test_a_hinge_too_weak_to_correct_a_sure_teacher_moves_it_only_in_part():
    # ρ/T·(σ(0) − σ(z_t/T)) = 0.19·0.5 is more than 1 − ρ = 0.05.
    z = correcting_logits("perceptron", -80.0, 1, 0.95, 5.0)
    assert -80 < z < 0
    assert 1 / (1 + np.exp(-z / 5)) == pytest.approx(5 * 0.05 / 0.95)


@pytest.mark.parametrize("loss", LOSSES)
def test_labels_mirror_the_logits(loss):
    z_t = np.linspace(-7, 7, 28)[:, None]
    ratio = np.array([0.2, 0.9])
    mirrored = -correcting_logits(loss, -z_t, 0, ratio, 4.0)
    np.testing.assert_allclose(correcting_logits(loss, z_t, 1, ratio, 4.0), mirrored, atol=1e-13)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"loss": "focal"}, "loss is 'focal'"),
        ({"soft_ratio": 0.0}, "soft_ratio is 0.0"),
        ({"labels": 2}, "labels must be"),
    ],
)
def test_arguments_out_of_range_are_refused(changed, words):
    given = {"loss": "hinge", "teacher_logits": 1.0, "labels": 1, "soft_ratio": 0.5, "temperature": 5.0}
    with pytest.raises(ValueError, match=words):
        correcting_logits(**{**given, **changed})
