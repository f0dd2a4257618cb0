import numpy as np

from kdtheory.training import state as training_state
from kdtheory.training.state import TrainingState


def test_what_was_saved_comes_back_and_nothing_before_that(tmp_path):
    path = tmp_path / "state.safetensors"
    assert TrainingState(path, {"seed": 1}).load() == (0, {}, {})
    now, kept = {"network/weight": np.arange(3.0)}, {1: {"weight": np.ones(2)}, 12: {"weight": np.zeros(2)}}
    TrainingState(path, {"seed": 1}).save(12, now, kept)
    epoch, found_now, found_kept = TrainingState(path, {"seed": 1}).load()
    assert epoch == 12 and found_kept.keys() == {1, 12}
    np.testing.assert_array_equal(found_now["network/weight"], [0, 1, 2])
    np.testing.assert_array_equal(found_kept[1]["weight"], [1, 1])
    assert TrainingState(path, {"seed": 2}).load() == (0, {}, {}), "a state of other settings is not used"


def test_a_save_is_due_some_seconds_after_the_last(tmp_path, monkeypatch):
    times = iter([0.0, 1.0, 2.5, 3.0, 4.0])
    monkeypatch.setattr(training_state.time, "monotonic", lambda: next(times))
    state = TrainingState(tmp_path / "state.safetensors", {})
    assert [state.is_due(), state.is_due()] == [False, True]
    state.save(1, {}, {})
    assert not state.is_due()
