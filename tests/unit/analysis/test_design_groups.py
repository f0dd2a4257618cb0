import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis import chains, design, growth, kernel_design
from kdtheory.analysis.measurement import _check_labels
from kdtheory.students.designs import DESIGNS
from kdtheory.theory.angles import PolynomialAngles
from kdtheory.theory.risk import angle_risk


class Stored:
    """An experiment whose one cell has these students."""

    def __init__(self, students):
        self._students = students

    def student(self, cell):
        assert cell == "main"
        return self._students


def test_risks_of_designed_sets_are_exact_at_the_students_angles(study):
    datasets = {
        "pool": {
            "kind": "polynomial_angle", "dim": 30, "kappas": [0.5, 2.0], "scale": 1.0, "n_points": 60, "worlds": 6,
            "coordinates": "triangular",
        }
    }  # fmt: skip
    cell = {"dataset": "pool", "teacher": "unit", "designs": list(DESIGNS), "pool_points": 60, "n_train": [2, 8]}
    experiment = study("design", {"cells": {"main": cell}}, datasets)
    group = design.measure(experiment)
    _check_labels(group)
    assert group["risk"].dims == ("kappa", "design", "n_train", "world")
    weights = experiment.student("main")["weights"].sel(kappa=2.0, design="steepest", n_train=8).isel(world=3)
    angle = np.arccos(weights.values[0] / np.linalg.norm(weights))
    here = group.sel(kappa=2.0, design="steepest", n_train=8).isel(world=3)
    assert float(here["angle"]) == pytest.approx(angle, rel=1e-6)
    assert float(here["risk"]) == pytest.approx(float(angle_risk(angle, 30, PolynomialAngles(2.0))), rel=1e-5)
    assert (group["angle"].sel(n_train=8) <= group["angle"].sel(n_train=2) + 1e-12).all()


def test_chains_are_summed_up_step_by_step():
    halves = np.array([[0.5, 0.3, 0.4, 0.2], [0.3, 0.3, 0.4, 0.4]])
    found = chains.chain_variables(xr.DataArray(halves[:, :, None], dims=("half", "n_train", "world")))
    np.testing.assert_allclose(found["risk"].isel(world=0), [0.4, 0.3, 0.4, 0.3])
    assert float(found["rise_share"][0]) == pytest.approx(1 / 3)
    # Both halves rise by .1 at the second step; no other rise is seen.
    assert float(found["confirmed_rise"][0]) == pytest.approx(0.1 / 3)
    assert float(found["directness"][0]) == pytest.approx(0.1 / 0.3)


def test_rises_that_one_half_of_the_points_shows_by_chance_are_not_confirmed():
    rng = np.random.default_rng(0)
    # The risk falls by little; on 500 points of each half most of its steps are chance.
    truth = np.linspace(0.10, 0.09, 30)
    halves = rng.binomial(500, truth[:, None, None], (30, 2, 4000)) / 500
    values = xr.DataArray(halves, dims=("n_train", "half", "world"))
    found = chains.chain_variables(values)
    assert float(found["rise_share"].mean()) > 0.4
    confirmed = found["confirmed_rise"]
    # Where points are drawn anew at each step, a rise of one half says nothing of the other: 4 standard errors.
    assert float(confirmed.mean()) < 4 * float(confirmed.std()) / np.sqrt(4000)
    rising = chains.chain_variables(values.isel(n_train=slice(None, None, -1)))["confirmed_rise"]
    assert float(rising.mean()) > 4 * float(rising.std()) / np.sqrt(4000)


def test_a_chain_that_does_not_change_has_no_directness():
    flat = xr.DataArray(np.full((2, 3, 1), 0.25), dims=("half", "n_train", "world"))
    assert np.isnan(chains.chain_variables(flat)["directness"]).all()


def test_groups_of_chains_have_angles_and_fits():
    rng = np.random.default_rng(1)
    sizes = {"n_train": [1, 2, 3], "world": [0, 1]}
    cosine = xr.DataArray(rng.uniform(0, 1, (2, 2, 3)), dims=("world", "design", "n_train"))
    disagreement = xr.DataArray(rng.uniform(0, 1, (2, 2, 2, 3)), dims=("world", "design", "half", "n_train"))
    students = xr.Dataset({"cosine": cosine, "disagreement": disagreement}, coords={**sizes, "design": ["a", "b"]})
    group = kernel_design.measure(Stored(students))
    _check_labels(group)
    assert group["angle"].dims == group["risk"].dims == ("design", "n_train", "world")
    np.testing.assert_allclose(np.cos(group["angle"]), cosine.transpose("design", "n_train", "world"))
    students = students.rename(design="width", cosine="misfit").assign_coords(width=[4, 8])
    group = growth.measure(Stored(students))
    _check_labels(group)
    assert group["misfit"].dims == group["risk"].dims == ("width", "n_train", "world")
    assert group["rise_share"].dims == ("width", "world")
