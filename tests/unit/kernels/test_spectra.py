import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import expit

from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.spectra import eigenfunctions, flow, frequencies, learning_times, octaves_of
from kdtheory.theory.stationarity import effective_logits, stationarity_residual


def kernel(n, seed=0):
    return relu_kernels(np.random.default_rng(seed).uniform(-1, 1, (n, 2)), depth=2)[0]


def test_eigenfunctions_rebuild_the_kernel_and_their_eigenvalues_fall():
    gram = kernel(30)
    eigenvalues, vectors = eigenfunctions(gram)
    assert (np.diff(eigenvalues) <= 0).all()
    np.testing.assert_allclose(vectors * eigenvalues @ vectors.T, gram, atol=1e-12)
    with pytest.raises(ValueError, match="all must be positive"):
        eigenfunctions(-gram)


def test_octaves_end_at_powers_of_two_and_at_the_last_number():
    assert octaves_of(1).tolist() == [1]
    assert octaves_of(8).tolist() == [1, 2, 4, 8]
    assert octaves_of(11).tolist() == [1, 2, 4, 8, 11]
    with pytest.raises(ValueError, match="count is 0"):
        octaves_of(0)


@pytest.mark.parametrize(("dim", "wave"), [(1, 3.0), (2, 5.0), (3, 2.0)])
def test_the_frequency_of_a_wave_is_its_wave_number(dim, wave):
    inputs = np.random.default_rng(1).uniform(-1, 1, (30_000, dim))
    # A wave in each direction: the gradient is then the same in all of them.
    waves = np.sin(wave * inputs).sum(axis=1, keepdims=True)
    (found,) = frequencies(inputs, waves - waves.mean())
    expected = np.sqrt(np.mean((wave * np.cos(wave * inputs)) ** 2 @ np.ones((dim, 1))) / np.var(waves))
    assert found == pytest.approx(expected, rel=0.05)


def test_frequencies_refuse_equal_points_and_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="two points are equal"):
        frequencies(np.zeros((3, 2)), np.ones((3, 1)))
    with pytest.raises(ValueError, match="must have the same points"):
        frequencies(np.zeros((3, 2)), np.ones((4, 1)))


def test_the_flow_of_the_squared_loss_is_exact_with_steps_of_any_length():
    gram, rng = kernel(20), np.random.default_rng(2)
    eigenvalues, vectors = eigenfunctions(gram)
    start, target = rng.standard_normal((20, 3)), rng.standard_normal((20, 3))
    times = np.array([1e-3, 0.5, 40.0])
    path = flow(eigenvalues, vectors, start, lambda z: z - target, np.ones_like, times)
    for time, coordinates in zip(times, path, strict=True):
        decay = np.exp(-eigenvalues * time)[:, None]
        np.testing.assert_allclose(coordinates, vectors.T @ target + decay * (vectors.T @ (start - target)), atol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [0.5, 1.0])
def test_the_flow_of_the_distillation_loss_is_that_of_a_stiff_solver(ratio):
    gram, rng, temperature = kernel(24), np.random.default_rng(3), 5.0
    eigenvalues, vectors = eigenfunctions(gram)
    teacher, start = 6 * rng.standard_normal(24), rng.standard_normal(24)
    labels = (teacher > 0).astype(float)

    def gradient(z):
        return stationarity_residual(z, teacher[:, None], labels[:, None], ratio, temperature)

    def curvature(z):
        soft, hard = expit(z / temperature), expit(z)
        return ratio / temperature**2 * soft * (1 - soft) + (1 - ratio) * hard * (1 - hard)

    times = np.logspace(-3, 6, 541)
    followed = np.stack([c[:, 0] for c in flow(eigenvalues, vectors, start[:, None], gradient, curvature, times)])
    exact = solve_ivp(
        lambda _, z: -gram @ gradient(z[:, None])[:, 0], (0, times[-1]), start, method="Radau", t_eval=times[::60],
        jac=lambda _, z: -gram * curvature(z), rtol=1e-9, atol=1e-11,
    ).y  # fmt: skip
    size = np.linalg.norm(start - teacher)
    np.testing.assert_allclose(followed[::60], (vectors.T @ exact).T, atol=0.02 * size)
    rest = effective_logits(teacher, labels, ratio, temperature)
    assert np.linalg.norm(vectors @ followed[-1] - rest) < 0.01 * size


def test_the_time_to_learn_is_the_last_one_above_one_over_e():
    times = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    decaying = np.exp(-times / 1.7)
    returning = np.array([1.0, 0.1, 0.9, 0.05, 0.01])
    found = learning_times(times, np.stack([decaying, returning, np.ones(5), [1, 0, 0, 0, 0]], axis=1))
    assert found[0] == pytest.approx(1.7)
    assert 2 < found[1] < 3
    assert np.isnan(found[2])
    assert found[3] == 1.0
