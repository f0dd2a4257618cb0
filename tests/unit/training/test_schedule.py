import numpy as np
import pytest

from kdtheory.training.schedule import Schedule


def rates(schedule, steps=4):
    return np.array([schedule.rate(step) for step in range(schedule.last * steps)])


def test_a_cosine_falls_from_one_to_zero_and_a_constant_does_not():
    np.testing.assert_allclose(rates(Schedule("cosine", 5, 4)), (1 + np.cos(np.pi * np.arange(20) / 20)) / 2)
    np.testing.assert_array_equal(rates(Schedule("constant", 5, 4)), np.ones(20))


@pytest.mark.parametrize(("epochs", "constant"), [(1, 0), (2, 1), (5, 4), (10, 8), (25, 20), (100, 80)])
def test_without_agreement_the_rate_falls_over_the_last_fifth_of_the_epochs(epochs, constant):
    schedule = Schedule("until_agreement", epochs, 4)
    fall = (epochs - constant) * 4
    np.testing.assert_allclose(rates(schedule), [*np.ones(4 * constant), *(1 - np.arange(fall) / fall)])
    assert schedule.last == epochs


def test_after_the_first_epoch_of_agreement_the_rate_falls_within_a_quarter_of_the_epochs_taken():
    schedule = Schedule("until_agreement", 100, 4, agreement=0.9)
    assert [schedule.is_met(5, share) for share in (0.5, 0.89, 0.9, 1.0)] == [False, False, True, True]
    schedule.ends_with(5)
    assert not schedule.is_met(6, 1.0)
    assert (schedule.falls_after, schedule.last) == (5, 7)
    np.testing.assert_allclose(rates(schedule)[20:], 1 - np.arange(8) / 8)


def test_agreement_after_the_fall_has_begun_changes_nothing_nor_does_it_another_schedule():
    for kind in ("until_agreement", "cosine", "constant"):
        schedule = Schedule(kind, 10, 4, agreement=0.9)
        assert not schedule.is_met(8 if kind == "until_agreement" else 1, 1.0)


def test_an_unknown_schedule_is_an_error():
    with pytest.raises(ValueError, match="schedule is 'steps'; allowed are constant, cosine, until_agreement"):
        Schedule("steps", 3, 2)
