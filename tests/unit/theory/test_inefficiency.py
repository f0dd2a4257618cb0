import numpy as np
import pytest

from kdtheory.theory.inefficiency import octave_windows, plateau_prediction


def test_octave_windows_double():
    assert octave_windows(16).tolist() == [[1, 2], [2, 4], [4, 8], [8, 16]]
    assert octave_windows(31).tolist() == octave_windows(16).tolist()
    assert octave_windows(2).tolist() == [[1, 2]]
    for n_max in (1, 2.5, 0):
        with pytest.raises(ValueError, match="n_max"):
            octave_windows(n_max)


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
        grown = np.log(norms[8191] / norms[4095]) / np.sum(1 / n[4095:8191])
        assert grown == pytest.approx(plateau_prediction("random_labels", dim), rel=1e-2)
