import numpy as np
import pytest

from bench.statistics import exponent, ratio, summed_over_sizes


def test_a_ratio_is_the_median_of_the_rounds_with_their_range():
    compared = ratio([2.0, 6.0, 9.0], [1.0, 2.0, 1.0])
    assert compared == {"ratio": 3.0, "low": 2.0, "high": 9.0}


def test_a_slow_round_of_both_leaves_the_ratio_alone():
    assert ratio([2.0, 20.0, 2.0], [1.0, 10.0, 1.0]) == {"ratio": 2.0, "low": 2.0, "high": 2.0}


@pytest.mark.parametrize(
    ("seconds", "reference", "words"),
    [([1.0], [1.0, 2.0], "1 and 2 rounds"), ([], [], "0 and 0 rounds"), ([0.0], [1.0], "not positive")],
)
def test_rounds_that_cannot_be_compared_are_refused(seconds, reference, words):
    with pytest.raises(ValueError, match=words):
        ratio(seconds, reference)


def test_the_range_of_six_rounds_covers_the_median_ratio_in_97_percent():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(2000):
        compared = ratio(3 * rng.lognormal(0, 0.3, 6), rng.lognormal(0, 0.3, 6))
        covered += compared["low"] <= 3 <= compared["high"]
    # 1 − 2⁻⁵ = 96.9 %; five standard errors of 2000 draws are 1.9 %, a false alarm in 2 million.
    assert covered / 2000 == pytest.approx(1 - 2**-5, abs=0.019)


def test_an_exact_power_has_its_exponent_and_no_interval():
    fitted = exponent([1, 2, 4, 8], [3.0, 12.0, 48.0, 192.0])
    assert fitted == pytest.approx({"exponent": 2.0, "low": 2.0, "high": 2.0}, abs=1e-9)


def test_the_interval_of_an_exponent_is_students():
    from scipy.stats import linregress, t

    sizes, values = [100, 200, 400, 800, 1600], [1.1, 3.7, 17.0, 60.0, 270.0]
    line = linregress(np.log(sizes), np.log(values))
    half = t.ppf(0.975, 3) * line.stderr
    expected = {"exponent": line.slope, "low": line.slope - half, "high": line.slope + half}
    assert exponent(sizes, values) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("sizes", "values", "words"),
    [
        ([1, 2], [1, 2], "three or more"),
        ([1, 2, 3], [1, 2], "3 sizes and 2 values"),
        ([1, 2, 3], [1, 0, 2], "positive"),
    ],
)
def test_sizes_without_an_exponent_are_refused(sizes, values, words):
    with pytest.raises(ValueError, match=words):
        exponent(sizes, values)


def test_a_cubic_cost_is_summed_exactly():
    n = np.arange(1, 201)
    cost = 1e-4 + 2e-6 * n + 3e-10 * n**3
    assert summed_over_sizes(n[9::10], cost[9::10], 200) == pytest.approx(cost.sum(), rel=1e-9)


def test_a_noisy_cost_is_summed_to_the_size_of_the_noise():
    n, noise = np.arange(1, 2001), np.random.default_rng(0).lognormal(0, 0.1, 20)
    cost = 1e-4 + 3e-10 * n**3
    assert summed_over_sizes(n[99::100], noise * cost[99::100], 2000) == pytest.approx(cost.sum(), rel=0.2)
