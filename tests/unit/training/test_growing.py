import numpy as np
import pytest

from kdtheory.training.growing import train_on_prefixes
from kdtheory.training.stacked import initial_parameters, logits_of

pytest.importorskip("torch")
OPTIONS = {"temperature": 2.0, "learning_rate": 0.01, "steps": 60}


@pytest.fixture
def chain():
    """Three networks of one start, with points of one set."""
    rng = np.random.default_rng(0)
    inputs, start = rng.uniform(-1, 1, (9, 2)), initial_parameters(rng, [2, 8, 8, 1])
    parameters = {name: np.stack([values] * 3) for name, values in start.items()}
    return parameters, np.stack([inputs] * 3), np.stack([3 * np.sin(3 * inputs[:, 0])] * 3)


def test_a_network_learns_as_if_it_were_alone_with_its_own_points(chain):
    parameters, inputs, logits = chain
    trained = train_on_prefixes(parameters, inputs, logits, [3, 6, 9], **OPTIONS)
    one = {name: values[1:2] for name, values in parameters.items()}
    alone = train_on_prefixes(one, inputs[1:2, :6], logits[1:2, :6], [6], **OPTIONS)
    for name, values in trained.items():
        np.testing.assert_allclose(values[1:2], alone[name], atol=1e-5)
    assert all(values.dtype == np.float32 for values in trained.values())


def test_what_comes_after_the_prefix_is_not_seen(chain):
    parameters, inputs, logits = chain
    other = logits.copy()
    other[:, 3:] += 5.0
    trained = [train_on_prefixes(parameters, inputs, values, [3, 3, 9], **OPTIONS) for values in (logits, other)]
    for name in parameters:
        np.testing.assert_array_equal(trained[0][name][:2], trained[1][name][:2])
        assert not np.array_equal(trained[0][name][2], trained[1][name][2])


@pytest.mark.slow
def test_logits_come_close_to_the_teachers(chain):
    parameters, inputs, logits = chain
    trained = train_on_prefixes(parameters, inputs, logits, [9, 9, 9], **{**OPTIONS, "steps": 2000})
    misfit = np.abs(logits_of(trained, inputs) - logits).max()
    assert misfit < 0.1 * np.abs(logits).max()


def test_what_does_not_fit_is_refused(chain):
    with pytest.raises(ValueError, match=r"sizes is .* must lie in 1..9"):
        train_on_prefixes(*chain, [0, 3, 9], **OPTIONS)
    with pytest.raises(RuntimeError, match=r"not finite at learning rate 1e\+38"):
        train_on_prefixes(*chain, [3, 6, 9], **{**OPTIONS, "learning_rate": 1e38})
