import numpy as np
import pytest

from kdtheory.theory.inefficiency import (
    candidate_inefficiency,
    data_inefficiency,
    octave_windows,
    plateau_prediction,
)


def _jackknife(estimate, runs):
    """The textbook loop; ``estimate`` maps the indices of the runs used to a number."""
    left_out = np.array([estimate(np.delete(np.arange(runs), run)) for run in range(runs)])
    return np.sqrt((runs - 1) / runs * np.sum((left_out - left_out.mean()) ** 2))


def test_octave_windows_double():
    assert octave_windows(16).tolist() == [[1, 2], [2, 4], [4, 8], [8, 16]]
    assert octave_windows(31).tolist() == octave_windows(16).tolist()
    assert octave_windows(2).tolist() == [[1, 2]]
    for n_max in (1, 2.5, 0):
        with pytest.raises(ValueError, match="n_max"):
            octave_windows(n_max)


def test_a_window_is_the_weighted_mean_of_equation_10():
    rng = np.random.default_rng(0)
    norms = np.cumsum(rng.exponential(size=(6, 40)), axis=1)
    windows = np.array([[1, 2], [3, 17], [16, 32], [1, 40]])
    mean = norms.mean(axis=0)
    value, _ = data_inefficiency(norms, windows)
    for (first, last), estimate in zip(windows, value, strict=True):
        n = np.arange(first, last)
        inefficiency = n * (np.log(mean[n]) - np.log(mean[n - 1]))  # mean[n] belongs to n + 1 points
        assert estimate == pytest.approx(np.average(inefficiency, weights=1 / n), rel=1e-12)


@pytest.mark.parametrize("power", [0.0, 0.3, 0.75])
def test_a_power_law_gives_its_exponent(power):
    norms = 5.0 * np.tile(np.arange(1.0, 4097) ** power, (3, 1))
    value, error = data_inefficiency(norms, octave_windows(4096))
    first = octave_windows(4096)[:, 0]
    # Σ 1/n over the octave from a is ln 2 + 1/(4a) + …: the discrete exponent is short by 2.3 % at a = 16.
    assert np.allclose(value[first >= 16], power, rtol=0.03)
    assert value[-1] == pytest.approx(power, rel=1e-3, abs=1e-12)
    assert np.allclose(error, 0, atol=1e-12)


def test_the_expectation_stands_before_the_logarithm():
    norms = np.array([[1.0, 1.0], [1.0, 9.0]])
    value, _ = data_inefficiency(norms, np.array([[1, 2]]))
    assert value[0] == pytest.approx(np.log(5))  # the mean of the logarithms would be log 3


def test_the_standard_error_is_the_jackknife_over_runs():
    rng = np.random.default_rng(1)
    norms = np.exp(rng.normal(0, 0.3, (7, 20))) * np.arange(1, 21) ** 0.5
    windows = np.array([[2, 5], [10, 20]])
    _, error = data_inefficiency(norms, windows)
    for window, standard_error in zip(windows, error, strict=True):
        loop = _jackknife(lambda runs, window=window: data_inefficiency(norms[runs], window[None])[0][0], 7)
        assert standard_error == pytest.approx(loop, rel=1e-10)


def test_the_standard_error_is_the_spread_of_the_estimate():
    # 2000 studies of 20 runs. The variance of 2000 estimates is known to 3.2 % (one standard error), the mean
    # jackknife variance to less; its own bias is of order 1/20. Off by more than 20 % is a 4-sigma event: 6e-5.
    rng = np.random.default_rng(2)
    steps = rng.exponential(size=(2000, 20, 8))
    value, error = data_inefficiency(np.cumsum(steps, axis=-1), np.array([[4, 8]]))
    assert np.mean(error**2) == pytest.approx(np.var(value), rel=0.2)


def test_leading_axes_are_separate_studies():
    norms = np.random.default_rng(3).uniform(1, 2, (2, 3, 5, 16))
    value, error = data_inefficiency(norms, octave_windows(16))
    assert value.shape == error.shape == (2, 3, 4)
    for index in np.ndindex(2, 3):
        alone = data_inefficiency(norms[index], octave_windows(16))
        assert np.allclose(alone, (value[index], error[index]))


@pytest.mark.parametrize(
    ("norms", "windows", "message"),
    [
        (np.ones(4), [[1, 2]], "norms has shape"),
        (np.ones((1, 4)), [[1, 2]], "norms has shape"),
        (np.ones((2, 4)), [[1, 5]], "windows"),
        (np.ones((2, 4)), [[0, 2]], "windows"),
        (np.ones((2, 4)), [[2, 2]], "windows"),
        (np.ones((2, 4)), [[1.0, 2.0]], "windows"),
        (np.ones((2, 4)), [1, 2], "windows"),
        (np.zeros((2, 4)), [[1, 2]], "positive"),
        (np.full((2, 4), np.nan), [[1, 2]], "positive"),
    ],
)
def test_bad_arguments_are_named(norms, windows, message):
    with pytest.raises(ValueError, match=message):
        data_inefficiency(norms, windows)


def test_norms_outside_the_windows_may_be_missing():
    norms = np.full((3, 8), np.nan)
    norms[:, [1, 7]] = [2.0, 4.0]
    value, _ = data_inefficiency(norms, np.array([[2, 8]]))
    assert value[0] == pytest.approx(np.log(2) / sum(1 / n for n in range(2, 8)))


def test_the_candidate_estimator_solves_every_extended_problem():
    rng = np.random.default_rng(4)
    runs, candidates, n, width = 4, 7, 5, 12
    squared_norms, squared_steps = np.empty(runs), np.empty((runs, candidates))
    after = np.empty((runs, candidates))
    for run in range(runs):
        points, extra = rng.standard_normal((n, width)), rng.standard_normal((candidates, width))
        target, extra_target = rng.standard_normal(n), rng.standard_normal(candidates)
        gram, cross = points @ points.T, points @ extra.T
        squared_norms[run] = target @ np.linalg.solve(gram, target)
        residual = extra_target - cross.T @ np.linalg.solve(gram, target)
        variance = np.sum(extra**2, axis=1) - np.sum(cross * np.linalg.solve(gram, cross), axis=0)
        squared_steps[run] = residual**2 / variance
        for j in range(candidates):  # the weights of least norm through all n + 1 points
            weights = np.linalg.pinv(np.vstack([points, extra[j]])) @ np.append(target, extra_target[j])
            after[run, j] = np.linalg.norm(weights)
    value, error = candidate_inefficiency(squared_norms, squared_steps, n)

    def definition(chosen):
        return n * (np.log(after[chosen].mean()) - np.log(np.sqrt(squared_norms[chosen]).mean()))

    assert value == pytest.approx(definition(np.arange(runs)), rel=1e-10)
    assert error == pytest.approx(_jackknife(definition, runs), rel=1e-9)


def test_the_candidate_estimator_takes_leading_axes():
    rng = np.random.default_rng(5)
    squared_norms, squared_steps = rng.uniform(1, 2, (3, 6)), rng.uniform(0, 1, (3, 6, 9))
    value, error = candidate_inefficiency(squared_norms, squared_steps, [4, 8, 16])
    for k, n in enumerate((4, 8, 16)):
        assert np.allclose(candidate_inefficiency(squared_norms[k], squared_steps[k], n), (value[k], error[k]))


@pytest.mark.parametrize(
    ("squared_norms", "squared_steps", "n_train", "message"),
    [
        ([1.0], [[1.0]], 1, "squared_norms has shape"),
        ([1.0, 1.0], [1.0, 1.0], 1, "squared_steps has shape"),
        ([1.0, 0.0], [[1.0], [1.0]], 1, "squared_norms must be positive"),
        ([1.0, 1.0], [[1.0], [-1.0]], 1, "squared_steps must be finite"),
        ([1.0, 1.0], [[1.0], [np.nan]], 1, "squared_steps must be finite"),
        ([1.0, 1.0], [[1.0], [1.0]], 0, "n_train"),
    ],
)
def test_the_candidate_estimator_names_bad_arguments(squared_norms, squared_steps, n_train, message):
    with pytest.raises(ValueError, match=message):
        candidate_inefficiency(squared_norms, squared_steps, n_train)


def test_plateaus():
    assert plateau_prediction("random_labels", 2) == 0.75
    assert plateau_prediction("random_labels", 10) == pytest.approx(0.55)
    assert [plateau_prediction("jump", dim) for dim in (1, 2, 10)] == [0.5, 0.5, 0.5]
    assert plateau_prediction("smooth", 5) == 0.0
    for target in ("kinked", "nngp"):
        assert [plateau_prediction(target, dim) for dim in (1, 2, 4, 10)] == [0.0, 0.0, 0.25, 0.4]
    with pytest.raises(ValueError, match="target is 'noise'"):
        plateau_prediction("noise", 2)
    with pytest.raises(ValueError, match="dim is 0"):
        plateau_prediction("jump", 0)


def test_random_labels_of_a_power_law_kernel_grow_as_predicted():
    # The Gram matrix has eigenvalues n·λ_i with λ_i ~ i^−(d+1)/d, and independent labels have unit variance in
    # each eigenvector: E‖Δŵ_n‖² = Σ_{i≤n} 1/(n·λ_i).
    n = np.arange(1.0, 8193)
    for dim in (2, 5):
        norms = np.sqrt(np.cumsum(n ** ((dim + 1) / dim)) / n)
        value, _ = data_inefficiency(np.tile(norms, (2, 1)), octave_windows(8192))
        assert value[-1] == pytest.approx(plateau_prediction("random_labels", dim), rel=1e-2)
