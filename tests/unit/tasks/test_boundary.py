from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs.seeds import generator
from kdtheory.tasks import boundary, gaussian_mixture, line, mixture_sweep, uniform
from kdtheory.tasks.boundary_function import FLAT_LEVEL, draw_boundary_function, gaussian_sum, truth_of

draw = partial(generator, 11, "task")


def task(**changes):
    settings = {"dim": 2, "modes": 6, "width": 0.6, "flat_share": 0.15, "n_points": 40, "n_test": 30, "n_oracle": 20}
    return boundary.build(boundary.Settings(**{**settings, "worlds": 2, "runs": 3, **changes}), draw)


def test_a_gaussian_sum_is_its_definition():
    rng = np.random.default_rng(0)
    inputs, centres, amplitudes = rng.uniform(-1, 1, (5000, 3)), rng.uniform(-1, 1, (4, 3)), rng.standard_normal(4)
    expected = sum(
        a * np.exp(-((inputs - c) ** 2).sum(axis=1) / 0.7**2) for a, c in zip(amplitudes, centres, strict=True)
    )
    np.testing.assert_allclose(gaussian_sum(inputs, centres, amplitudes, 0.7), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"centres": np.zeros((4, 2))}, r"centres has shape \(4, 2\)"),
        ({"amplitudes": np.zeros(3)}, r"amplitudes has shape \(3,\)"),
        ({"width": 0}, "width is 0"),
        ({"width": [1.0, 2.0]}, r"width is \[1. 2.\]; it must be positive, one number or 4"),
    ],
)
def test_a_gaussian_sum_refuses_what_does_not_fit(changes, words):
    arguments = {"inputs": np.zeros((5, 3)), "centres": np.zeros((4, 3)), "amplitudes": np.zeros(4), "width": 1.0}
    with pytest.raises(ValueError, match=words):
        gaussian_sum(**{**arguments, **changes})


def test_the_ground_truth_is_the_stored_function_and_its_signs_are_the_labels():
    dataset = task()
    squares = np.square(dataset["inputs"] - dataset["centres"]).sum("axis")
    expected = (dataset["amplitudes"] * np.exp(-squares / dataset.attrs["width"] ** 2)).sum("mode")
    np.testing.assert_allclose(dataset["truth"], expected - dataset["offset"], atol=1e-12)
    np.testing.assert_array_equal(dataset["label"], dataset["truth"] > 0)
    for world in (0, 1):
        here = dataset.sel(world=world)
        np.testing.assert_allclose(truth_of(dataset, world)(here["inputs"].values), here["truth"], rtol=1e-14)
    assert not np.allclose(dataset["centres"][0], dataset["centres"][1])
    assert len(np.unique(dataset["sample_id"])) == dataset["sample_id"].size


def test_classes_are_balanced_and_the_spread_is_that_of_the_function():
    dataset = task(n_points=4000, runs=5)
    # 20,000 points and an offset from 20,000 others: standard error 0.005; six of them: one false alarm in 1e8 seeds.
    assert (np.abs(dataset["label"].isel(sample=slice(4000)).mean(["run", "sample"]) - 0.5) < 0.03).all()
    np.testing.assert_allclose(dataset["truth"].std(["run", "sample"]), dataset["truth_std"], rtol=0.05)


@pytest.mark.slow
def test_flat_functions_are_drawn_again():
    probe = np.random.default_rng(5).uniform(-1, 1, (20_000, 2))
    shares = []
    for seed in range(12):
        # Narrow bumps leave most of the square flat.
        function = draw_boundary_function(np.random.default_rng(seed), dim=2, modes=6, width=0.3, flat_share=0.2)
        shares.append(np.mean(np.abs(function(probe)) < FLAT_LEVEL * function.spread))
    # The share is measured on 20,000 other points: standard error 0.003, and the median moves too.
    assert max(shares) < 0.2 + 0.02
    assert max(shares) > 0.1
    with pytest.raises(ValueError, match="none of 1000 functions"):
        draw_boundary_function(np.random.default_rng(0), dim=2, modes=1, width=0.001, flat_share=0.15)


def test_a_part_of_the_points_and_a_run_do_not_depend_on_the_size_of_the_others():
    small, large = task(), task(n_points=50, n_test=35, n_oracle=25, worlds=3, runs=5)
    for part, size in enumerate([40, 30, 20]):
        one, other = (data["inputs"].isel(sample=data["part"].values == part) for data in (small, large))
        np.testing.assert_array_equal(one, other.isel(world=slice(2), run=slice(3), sample=slice(size)))
    np.testing.assert_array_equal(small["centres"], large["centres"][:2])


MIXTURE = gaussian_mixture.Settings(2, [1, 4, 9], 0.8, ["shrinking", "fixed", "own"], 25, 15, worlds=2, runs=2)
SWEEP = mixture_sweep.Settings([1, 3], [1, 4], 0.8, ["own", "fixed"], n_points=20, worlds=2, runs=2)
TASKS = {
    boundary: boundary.Settings(2, 6, 0.6, 0.15, n_points=8, n_test=5, n_oracle=3, worlds=2, runs=2),
    gaussian_mixture: MIXTURE,
    mixture_sweep: SWEEP,
    uniform: uniform.Settings(dim=4, n_points=30, worlds=2, runs=2),
    line: line.Settings(modes=6, width=0.3, flat_share=0.15, n_points=101, worlds=2),
}


@pytest.mark.parametrize("module", TASKS, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_a_world_depends_neither_on_the_number_of_worlds_nor_on_its_batch(module):
    whole = module.build(replace(TASKS[module], worlds=5), draw)
    assert whole["world"].values.tolist() == [0, 1, 2, 3, 4]
    assert len(np.unique(whole["sample_id"])) == whole["sample_id"].size
    for first in (0, 3):
        batch = module.build(replace(TASKS[module], first_world=first), draw)
        xr.testing.assert_identical(batch, whole.isel(world=slice(first, first + 2)))


def test_points_are_uniform_on_the_square_and_differ_between_parts_runs_and_worlds():
    dataset = task(n_points=200)
    assert float(np.abs(dataset["inputs"]).max()) <= 1
    assert len(np.unique(dataset["inputs"].values.reshape(-1, 2), axis=0)) == dataset["sample_id"].size


def test_the_line_is_a_grid_with_a_truth_of_one_input():
    dataset = line.build(line.Settings(modes=6, width=0.3, flat_share=0.15, n_points=101, worlds=2), draw)
    np.testing.assert_allclose(dataset["inputs"][1, 0, :, 0], np.linspace(-1, 1, 101))
    assert dataset["truth"].dims == ("world", "run", "sample") and dataset.attrs["dim"] == 1
    np.testing.assert_array_equal(dataset["label"], dataset["truth"] > 0)


def test_mixtures_have_q_bumps_under_three_laws_of_their_widths():
    dataset = gaussian_mixture.build(MIXTURE, draw)
    for world, run in np.ndindex(2, 2):
        rng = draw(world, "function")
        bumps = [(rng.uniform(-1, 1, 2), rng.standard_normal()) for _ in range(9)]
        own = 0.8 * draw(world, "widths").uniform(0.5, 1.5, 9)
        for law, widths in {
            "fixed": lambda q: [0.8] * q,
            "shrinking": lambda q: [0.8 / np.sqrt(q)] * q,
            "own": lambda q, own=own: own[:q],
        }.items():
            for modes in (1, 4, 9):
                inputs = dataset["inputs"].isel(world=world, run=run).values
                expected = sum(
                    a * np.exp(-((inputs - c) ** 2).sum(axis=1) / width**2)
                    for (c, a), width in zip(bumps[:modes], widths(modes), strict=True)
                )
                found = dataset["function"].sel(width_law=law, modes=modes, world=world, run=run)
                np.testing.assert_allclose(found, expected, atol=1e-12)
    assert dataset["part"].values.tolist() == [0] * 25 + [1] * 15


def test_a_sweep_has_functions_of_the_first_coordinates_drawn_anew_in_each_dimension():
    dataset = mixture_sweep.build(SWEEP, draw)
    assert dataset["function"].dims == ("dim", "width_law", "modes", "world", "run", "sample")
    rng = draw(1, 3, "function")
    bumps = [(rng.uniform(-1, 1, 3), rng.standard_normal()) for _ in range(4)]
    widths = 0.8 * draw(1, 3, "widths").uniform(0.5, 1.5, 4)
    inputs = dataset["inputs"].sel(world=1, run=0).values
    expected = sum(
        a * np.exp(-((inputs - c) ** 2).sum(axis=1) / width**2) for (c, a), width in zip(bumps, widths, strict=True)
    )
    found = dataset["function"].sel(dim=3, width_law="own", modes=4, world=1, run=0)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    line_of = dataset["function"].sel(dim=1, width_law="fixed", modes=1, world=0, run=1)
    rng = draw(0, 1, "function")
    centre, amplitude = rng.uniform(-1, 1, 1), rng.standard_normal()
    first = dataset["inputs"].sel(world=0, run=1).isel(axis=0)
    np.testing.assert_allclose(line_of, amplitude * np.exp(-((first - centre) ** 2) / 0.8**2), atol=1e-12)


def test_functions_of_the_plateau_sweep_depend_on_the_first_coordinate_alone():
    dataset = uniform.build(uniform.Settings(dim=4, n_points=30, worlds=1, runs=2), draw)
    first = dataset["inputs"].isel(axis=0)
    for target, function in {"jump": np.sign, "kinked": np.abs, "smooth": lambda x: np.exp(-(x**2))}.items():
        np.testing.assert_allclose(dataset["function"].sel(target=target), function(first))
