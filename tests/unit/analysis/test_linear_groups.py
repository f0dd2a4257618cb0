import numpy as np
import pytest
import xarray as xr
from scipy.special import expit

from kdtheory.analysis import alignment, angle_law, bias, deep, margin, monotonicity
from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.measurement import Experiment, _check_labels
from kdtheory.students.linear.descent import soft_descent
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.convexity import soft_loss, strong_convexity
from kdtheory.theory.projection import project_onto_span
from kdtheory.theory.risk import angle_risk

POLYNOMIAL = {"kind": "polynomial_angle", "dim": 40, "scale": 1.0, "coordinates": "ambient"}


def simulated_risk(weights, law_kappa, dim, points, seed=0):
    """Share of explicit points of the task on which a student of the first axis as teacher errs."""
    rng = np.random.default_rng(seed)
    boundary = np.pi / 2 * rng.random(points) ** (1 / law_kappa)
    across = rng.standard_normal((points, dim - 1))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    inputs = np.concatenate([np.sin(boundary)[:, None], np.cos(boundary)[:, None] * across], axis=1)
    return np.mean(inputs @ weights < 0)


@pytest.fixture
def alignment_experiment(study):
    cell = {"teacher": "unit", "learners": ["distillation"]}
    block = {
        "cells": {
            "sweep": {
                **cell, "dataset": "sweep", "n_train": [5], "gram_sets": 4000,
                "learners": ["distillation", "distillation_descent"], "descent_steps": 300,
            },
            "growth": {**cell, "dataset": "growth", "n_train": [1, 5, 20, 40]},
            "growth_hard": {
                **cell, "dataset": "growth", "learners": ["hard_target_descent", "hard_target_margin"],
                "n_train": [1, 5, 20], "hard_target_steps": 100, "hard_target_rate": 1.0,
            },
            "scaled": {**cell, "dataset": "scaled", "n_train": [10]},
        },
        "sampled_points": 4000,
        "perturbations": [0.001, 0.1],
    }  # fmt: skip
    datasets = {
        "sweep": {**POLYNOMIAL, "kappas": [0.5, 1.0], "n_points": 5, "worlds": 60, "coordinates": "triangular"},
        "growth": {**POLYNOMIAL, "kappas": [1.0], "n_points": 40, "worlds": 3},
        "scaled": {**POLYNOMIAL, "kappas": [4.0], "scale": 3.0, "n_points": 10, "worlds": 5},
    }
    return study("alignment", block, datasets)


@pytest.mark.slow
def test_alignment_risk_agrees_with_explicit_points_and_with_gram_sampling(alignment_experiment):
    group = alignment.measure(alignment_experiment)
    _check_labels(group)
    sweep = group.sel(n_train=5)
    # 120 cells, exact against 4,000 points each: the mean deviation exceeds 4 standard errors once in 16,000 seeds.
    deviation = (sweep["risk_sampled"] - sweep["risk"]) / np.sqrt(sweep["risk"] * (1 - sweep["risk"]) / 4000)
    assert abs(float(deviation.mean())) < 4 / np.sqrt(deviation.size)
    assert 0.7 < float(deviation.std()) < 1.3
    # Mean over 60 stored sets against 4,000 Gram sets, two κ: 4 standard errors, once in 8,000 seeds.
    mean, error = sweep["risk"].mean("world"), sweep["risk"].std("world", ddof=1) / np.sqrt(60)
    assert (abs(mean - group["risk_gram"].isel(gram_n_train=0)) < 4 * error).all()


@pytest.mark.slow
def test_alignment_growth_has_its_own_worlds_and_zero_risk_from_d_points_on(alignment_experiment):
    group = alignment.measure(alignment_experiment)
    growth = group["growth_risk"].sel(kappa=1.0)
    assert float(group["input_dim"]) == 40 and growth.sizes["growth_world"] == 3
    assert growth.notnull().all()
    assert (growth.sel(n_train=40) < 1e-12).all()
    assert group["growth_risk"].sel(kappa=0.5).isnull().all() and group["risk"].sel(n_train=[1, 20, 40]).isnull().all()
    assert group["risk_bound"].sel(kappa=0.5, n_train=[1, 20, 40]).isnull().all()
    weights = alignment_experiment.student("growth_hard")["weights"].isel(kappa=0, world=1)
    for learner in ("descent", "margin"):
        student = weights.sel(learner=f"hard_target_{learner}", n_train=20).values
        exact = float(group["risk_hard_target"].sel(hard_target=learner, hard_n_train=20).isel(growth_world=1))
        sampled = simulated_risk(student / np.linalg.norm(student), 1.0, 40, 40_000)
        # 4 standard errors of 40,000 points, two learners: once in 8,000 seeds.
        assert abs(sampled - exact) < 4 * np.sqrt(exact / 40_000)


@pytest.mark.slow
def test_approximate_students_err_more_and_stay_below_theorem_d1(alignment_experiment):
    group = alignment.measure(alignment_experiment)
    exact = group["risk"].sel(n_train=5)
    approximate = group["risk_approximate"].isel(gram_n_train=0)
    assert (approximate > exact).all()
    assert (approximate.mean("world") < group["risk_bound_approximate"].isel(gram_n_train=0)).all()


@pytest.mark.slow
def test_students_of_finite_descent_are_measured_beside_their_limit(alignment_experiment):
    group = alignment.measure(alignment_experiment)
    student, dataset = alignment_experiment.student("sweep"), alignment_experiment.dataset_of("sweep")
    logits = alignment_experiment.logits_of("sweep")["logits"].isel(stopping_epoch=-1, teacher_norm=0)
    chosen = {"kappa": 1, "world": 7}
    inputs = dataset["inputs"].isel(chosen).values
    trained = soft_descent(inputs, logits.isel(chosen).values, steps=[300])[0]
    found = student["weights"].sel(learner="distillation_descent").isel(n_train=0, **chosen).values
    np.testing.assert_allclose(found, trained, rtol=1e-9, atol=1e-12)
    limit = project_onto_span(inputs, np.eye(inputs.shape[1])[0])
    distance = np.linalg.norm(trained - limit) / np.linalg.norm(limit)
    assert float(group["descent_distance"].isel(chosen)) == pytest.approx(distance, rel=1e-6)
    exact = float(angle_risk(signed_angle(trained, np.eye(len(trained))[0]), 40, angle_laws(dataset)[1]))
    assert float(group["descent_risk"].isel(chosen)) == pytest.approx(exact, rel=1e-6)
    assert (group["descent_risk"].mean("world") >= group["risk"].sel(n_train=5).mean("world")).all()


def test_margin_risk_is_that_of_explicit_students(study):
    datasets = {"small": {"kind": "margin", "dim": 6, "limit_degrees": 80.0, "n_points": 6, "worlds": 4}}
    cell = {"dataset": "small", "teacher": "unit", "learners": ["distillation"], "n_train": [1, 3, 6]}
    group = margin.measure(study("margin", {"cells": {"one": cell}}, datasets))
    _check_labels(group)
    assert group["risk"].dims == ("dim", "n_train", "world")
    np.testing.assert_allclose(group["risk_bound"].sel(dim=6), (1 - 10 / 80) ** np.array([1, 3, 6]))
    assert (group["risk"].sel(n_train=6) == 0).all()
    assert (group["angle"].diff("n_train") <= 1e-12).all()


@pytest.mark.slow
def test_deep_distances_follow_the_law_and_stay_below_the_bound(study):
    datasets = {
        "below": {"kind": "gaussian", "dim": 20, "n_points": 8, "worlds": 2},
        "above": {"kind": "gaussian", "dim": 6, "n_points": 20, "worlds": 2},
    }
    cell = {
        "teacher": "unit", "depths": [1, 2], "init_ratios": [1e-2, 1e-3], "starts": ["balanced", "gaussian"],
        "hidden_width": 5, "learning_rate": 0.05, "tolerance": 1e-8, "max_steps": 100_000, "recorded_steps": 20,
        "unit_inputs": False,
    }  # fmt: skip
    risk = {"starts": ["balanced"], "learning_rate": 1.0, "tolerance": 1e-5, "max_steps": 50_000, "unit_inputs": True}
    block = {
        "cells": {
            **{name: {**cell, "dataset": name} for name in ("below", "above")},
            "opposite": {**cell, "dataset": "below", "starts": ["opposite"], "max_steps": 500},
            "risk": {**cell, **risk, "dataset": "angles"},
        }
    }
    datasets["angles"] = {**POLYNOMIAL, "kappas": [1.0], "n_points": 6, "worlds": 3}
    experiment = study("deep", block, datasets)
    group = deep.measure(experiment)
    _check_labels(group)
    assert list(group["start"].values) == ["balanced", "gaussian", "opposite"]
    _check_deep_losses(group, experiment)
    _check_deep_risk(group, experiment)
    assert group["distance"].sizes["world"] == 2 and group["distance_bound"].dims == ("depth", "init_ratio")
    np.testing.assert_allclose(group["distance"], group["distance_law"], rtol=0.01)
    assert (group["distance"] < group["distance_bound"]).all()
    # Within the span the student is ŵ, and what is left is perpendicular to it.
    np.testing.assert_allclose(np.tan(group["angle"]), group["distance"], rtol=1e-5)
    np.testing.assert_array_equal(group["angle_by_start"].sel(start="balanced"), group["angle"])
    assert (group["recovery_distance"] < 1e-7).all()
    assert (group["flow_error"] < 1e-12).all()
    assert float(group["flow_error_by_start"].sel(start="gaussian", depth=2).min()) > 1e-3
    np.testing.assert_allclose(group["path_off_span"], group["path_off_span_law"], rtol=0.02)


def _check_deep_losses(group, experiment):
    """Loss, slope and time of one path, and its constants."""
    student = experiment.student("below").sel(depth=2, start="balanced", init_ratio=1e-2).isel(world=1)
    inputs = experiment.dataset_of("below")["inputs"].values[1]
    logits = inputs @ experiment.dataset_of("below")["teacher_direction"].values[1]
    path = group.sel(depth=2, init_ratio=1e-2).isel(world=1)
    losses = soft_loss(student["weights"].values @ inputs.T, logits)
    np.testing.assert_allclose(path["path_loss"], losses, rtol=1e-9, atol=1e-25)
    used = int(student["steps_used"])
    np.testing.assert_allclose(path["path_time"], 0.05 * np.minimum(path["step"], used))
    # The slope is the derivative of the loss: the first step of 0.05 loses that much, to first order.
    assert (losses[0] - losses[1]) / 0.05 == pytest.approx(float(path["path_loss_slope"][0]), rel=0.01)
    np.testing.assert_allclose(path["path_loss_slope"][:-1], path["path_loss_slope_law"][:-1], rtol=0.01)
    assert (group["path_loss_slope_bound"] <= group["path_loss_slope_law"] * (1 + 1e-12)).all()
    assert (group["path_flow_error"].sel(depth=2) < 0.01).all()
    convexity = strong_convexity(inputs, logits, losses[0])
    assert float(path["loss_rate_bound"]) == pytest.approx(2 * convexity * float(path["least_norm"]), rel=1e-9)
    assert 0 < float(path["least_norm"]) <= float(path["path_norm"].min()) * np.linalg.norm(student["limit"])
    gaussian = group.sel(start="gaussian", depth=2)
    assert (gaussian["imbalance_by_start"] > 0).all() and (gaussian["imbalance_own_size_by_start"] > 0.01).all()
    assert (group["imbalance_own_size_by_start"].sel(start="balanced") < 1e-12).all()


def _check_deep_risk(group, experiment):
    """Students of a known law of angles: risk on explicit points, distance and bound."""
    weights = experiment.student("risk")["weights"].sel(depth=2, start="balanced", init_ratio=1e-3)
    weights = weights.isel(step=-1, world=2).values
    risk = float(group["trained_risk"].sel(depth=2, risk_init_ratio=1e-3).isel(risk_world=2))
    sampled = simulated_risk(weights / np.linalg.norm(weights), 1.0, 40, 40_000)
    # 4 standard errors of 40,000 points: once in 16,000 seeds.
    assert abs(sampled - risk) < 4 * np.sqrt(risk / 40_000)
    assert (group["trained_distance"] <= group["trained_epsilon"]).sel(depth=2).all()
    assert (group["trained_risk"].mean("risk_world") <= group["trained_risk_bound"].fillna(1.0)).all()
    assert 0 < float(group["trained_risk_bound"].sel(depth=2, risk_init_ratio=1e-3)) < 1


def test_monotonicity_compares_each_set_with_itself_and_one_more_point(study):
    datasets = {"chains": {**POLYNOMIAL, "kappas": [1.0], "n_points": 4, "worlds": 50}}
    cell = {
        "dataset": "chains", "teacher": "unit", "n_train": [3, 4], "deltas": [0.25, 1.0],
        "learners": [
            "distillation", "distillation_descent", "hard_target_descent", "hard_target_margin", "reduced_bias",
        ],
        "descent_steps": 5000, "hard_target_steps": 100, "hard_target_rate": 1.0,
    }  # fmt: skip
    experiment = study("monotonicity", {"cells": {"chains": cell}}, datasets)
    group = monotonicity.measure(experiment)
    _check_labels(group)
    assert float(group["monotonicity"].sel(learner="distillation")) == 1
    weights = experiment.student("chains")["weights"].sel(learner="delta_1.0").isel(kappa=0)
    cosine = weights.isel(axis=0) / np.sqrt((weights**2).sum("axis"))
    closer = np.abs(cosine.sel(n_train=4)) > np.abs(cosine.sel(n_train=3))
    np.testing.assert_array_equal(group["improved"].sel(learner="delta_1.0"), closer)
    assert float(group["monotonicity"].sel(learner="delta_1.0")) == pytest.approx(float(closer.mean()))
    angle = np.arccos(np.abs(cosine))
    fall = (np.log(angle.sel(n_train=3)) - np.log(angle.sel(n_train=4))).transpose("world")
    np.testing.assert_allclose(group["angle_decay"].sel(learner="delta_1.0"), fall, atol=1e-9)
    decay = group["angle_decay"].sel(learner=["distillation", "hard_target_margin"])
    np.testing.assert_array_equal(decay, group["angle_decay_same_q"].sel(learner=decay["learner"]))
    assert (decay.sel(learner="distillation") > 0).all()
    still = group["tie"].sel(learner="hard_target_margin") == 1
    assert (np.abs(decay.sel(learner="hard_target_margin"))[still] < 1e-6).all()
    # Exact risks rise with the acute angle where students are better than chance.
    assert (np.sign(group["risk_decay"].sel(learner="distillation")) == 1).all()
    assert 0.3 < float(group["tie_fraction"].sel(learner="hard_target_margin")) < 0.9
    assert "distillation_descent" not in group["learner"]
    arrived = group["descent_distance"] < 1e-4
    assert 0.1 < float(arrived.mean()) < 1 and (group["descent_improved"][arrived.values] == 1).all()
    np.testing.assert_allclose(
        group["descent_risk"][arrived.values], group["risk"].sel(learner="distillation")[arrived.values], rtol=0.01
    )
    assert float(group["tie_fraction"].sel(learner="distillation")) == 0
    inputs = experiment.dataset_of("chains")["inputs"].isel(kappa=0, sample=slice(3)).values
    teacher = inputs[..., 0]  # the teacher is the first axis, of length 1
    for learner in ("delta_1.0", "hard_target_descent"):
        student = experiment.student("chains")["weights"].sel(learner=learner, n_train=3).isel(kappa=0)
        found = np.einsum("rsa,ra->rs", inputs, student.transpose("world", "axis").values)
        deviation = np.abs(found - teacher).max(axis=1) / np.abs(teacher).max(axis=1)
        np.testing.assert_allclose(group["logit_deviation"].sel(learner=learner), deviation, atol=1e-13)
        target, soft = expit(teacher), expit(found)
        loss = np.mean(target * np.log(target / soft) + (1 - target) * np.log((1 - target) / (1 - soft)), axis=1)
        np.testing.assert_allclose(group["training_loss"].sel(learner=learner), loss, atol=1e-13)


def test_angle_law_tabulates_every_task(study):
    datasets = {
        "polynomial": {**POLYNOMIAL, "dim": 2, "kappas": [0.5, 2.0], "n_points": 4000, "worlds": 1},
        "wedge": {"kind": "margin", "dim": 2, "limit_degrees": 60.0, "n_points": 4000, "worlds": 1},
    }
    group = angle_law.measure(study("angle_law", {"datasets": list(datasets), "angles": 91}, datasets))
    _check_labels(group)
    assert list(group["task"].values) == ["kappa 0.5", "kappa 2", "margin 60°"]
    np.testing.assert_allclose(
        group["angle_survival"].sel(task="kappa 2"), (1 - 2 * group["theta"] / np.pi) ** 2, atol=1e-12
    )
    assert (group["angle_survival"].sel(task="margin 60°").isel(theta=slice(60, None)) < 1e-12).all()
    # Largest gap of 4,000 points to their law: Dvoretzky–Kiefer–Wolfowitz at 1e-5 for each of three tasks.
    gap = np.abs(group["angle_survival_sampled"] - group["angle_survival"]).max()
    assert float(gap) < np.sqrt(np.log(2e5) / 8000)


def test_bias_counts_disagreement_with_the_teacher_of_the_world():
    rng = np.random.default_rng(0)
    teachers, pixels = rng.standard_normal((3, 6)), rng.integers(0, 256, (30, 6))
    dataset = xr.Dataset(
        {"pixels": (("sample", "axis"), pixels), "is_test": ("sample", (np.arange(30) >= 10).astype(np.int8))}
    )
    logits = xr.Dataset({"logits": (("stopping_epoch", "split", "sample"), (teachers @ pixels.T)[None])})
    directions = rng.standard_normal((3, 6))
    delta = np.stack([teachers, 1.5 * teachers, teachers, teachers + 5 * directions])[:, None]
    student = xr.Dataset(
        {"weights": (("learner", "n_train", "world", "axis"), delta)},
        coords={"learner": ["distillation", "distillation_descent", "delta_0.0", "delta_5.0"], "n_train": [4]},
    )
    chains = student.sel(learner=["distillation"])

    class Files(Experiment):
        def student(self, cell):
            return {"deltas": student, "chains": chains}[cell]

        def dataset_of(self, cell):
            return dataset

        def logits_of(self, cell):
            return logits

    group = bias.measure(Files({"cells": {"deltas": {"deltas": [0, 5], "descent_steps": 9}}}, None, {}, {}, {}))
    _check_labels(group)
    np.testing.assert_allclose(group["descent_distance"], 0.5)
    assert (group["descent_risk"] == 0).all() and "9 steps" in group["descent_risk"].attrs["long_name"]
    assert (group["risk"].sel(delta=0) == 0).all() and (group["chain_risk"] == 0).all()
    test = pixels[10:]
    for world in range(3):
        teacher = test @ teachers[world] > 0
        assert float(group["risk"].sel(delta=5).isel(world=world)) == np.mean(
            (test @ delta[3, 0, world] > 0) != teacher
        )
        assert float(group["risk_limit"].isel(world=world)) == np.mean((test @ directions[world] > 0) != teacher)
    assert int(group["test_images"]) == 20
