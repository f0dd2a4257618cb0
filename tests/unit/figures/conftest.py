"""Small groups of the cube with the schema of the real ones, made up: ragged, with zeros and a few repeats."""

import numpy as np
import pytest
import xarray as xr


@pytest.fixture
def groups():
    """Groups by name."""
    builders = (alignment, angle_law, bias, convergence, deep, margin, monotonicity)
    return {f"linear/{builder.__name__}": builder(np.random.default_rng(1)) for builder in builders}


def alignment(rng):
    """Three sweep sets at n = 5 for each κ, two growing sets at κ = 1 up to n = d = 50."""
    kappa, sizes = np.array([0.25, 1.0, 2.0]), np.array([1, 5, 20, 50])
    measured = np.zeros((3, 4, 5), dtype=bool)
    measured[:, 1, :3] = measured[1, :, 3:] = True
    angle = np.sort(rng.uniform(0.01, 1.5, (3, 4, 5)), axis=1)[:, ::-1] * np.array([1, 1, 1, 1e-12])[:, None]
    angle = np.where(measured, angle, np.nan)
    bound = np.where(measured.any(2), 2.0 / sizes, np.nan)
    cells = ("kappa", "n_train")
    return xr.Dataset(
        {
            "angle": ((*cells, "repeat"), angle),
            "risk": ((*cells, "repeat"), angle / np.pi),
            "risk_sampled": ((*cells, "repeat"), np.where(measured & (kappa[:, None, None] < 2), angle / 3, angle * 0)),
            "input_dim": ("repeat", np.full(5, 50.0)),
            "risk_bound": (cells, bound),
            "risk_bound_sharper": (cells, 0.9 * bound),
            "risk_bound_polynomial": (cells, 1.2 * bound),
            "risk_gram": (("kappa", "gram_n_train"), [[0.3], [1e-3], [1e-7]]),
            "risk_gram_se": (("kappa", "gram_n_train"), [[0.01], [1e-4], [1e-8]]),
            "risk_approximate": (("perturbation", "gram_n_train", "repeat", "kappa"), np.full((2, 1, 5, 3), 0.1)),
            "risk_bound_approximate": (("perturbation", "kappa", "gram_n_train"), np.full((2, 3, 1), 0.8)),
            "risk_hard_target": (("hard_target", "hard_n_train", "hard_repeat"), rng.uniform(0.1, 0.2, (2, 3, 2))),
            "scaled_risk": (("scaled_n_train", "scaled_repeat"), rng.uniform(0.1, 0.2, (1, 6))),
            "scaled_bound_printed": ("scaled_n_train", [0.01]),
            "scaled_bound_proved": ("scaled_n_train", [np.inf]),
        },
        coords={
            "kappa": kappa, "n_train": sizes, "repeat": np.arange(5), "hard_target": ["descent", "margin"],
            "hard_n_train": [1, 5, 20], "gram_n_train": [5], "perturbation": [1e-3, 1e-2], "scaled_n_train": [120],
        },
    )  # fmt: skip


def angle_law(rng):
    """One margin task and three polynomial ones, of twenty points each."""
    theta = np.linspace(0, np.pi / 2, 31)
    exact = [np.maximum(1 - theta / np.deg2rad(60), 0), *((1 - 2 * theta / np.pi) ** k for k in (0.25, 1.0, 2.0))]
    return xr.Dataset(
        {
            "angle_survival": (("task", "theta"), exact),
            "angle_survival_sampled": (("task", "theta"), np.round(exact, 1)),
            "points": (("task", "point", "axis"), rng.standard_normal((4, 20, 2))),
        },
        coords={"task": ["margin 60°", "kappa 0.25", "kappa 1", "kappa 2"], "theta": theta},
    )


def bias(rng):
    """Three δ and two growing sets, one of which reaches a risk of exactly zero and rises again."""
    return xr.Dataset(
        {
            "risk": (("delta", "repeat"), np.array([0.0, 0.2, 0.3])[:, None] * rng.uniform(0.9, 1.1, (3, 4))),
            "risk_limit": ("repeat", [0.5, 0.49, 0.51, 0.5]),
            "chain_risk": (("n_train", "chain"), [[0.5, 0.5], [0.1, 0.0], [0.0, 1e-3], [0.0, 0.0]]),
            "test_images": ((), 2000),
        },
        coords={"delta": [0.0, 10.0, 90.0], "n_train": [1, 10, 50, 100]},
    )


def convergence(rng):
    """Two teacher norms on either side of n = d; one path stops at a distance of exactly zero."""
    step = np.array([0, 1, 10, 100, 1000])
    slow, fast = 0.9 ** np.log1p(step), np.exp(-0.1 * step)
    distance = np.stack([[slow, slow], [fast, np.maximum(fast, 1e-6)]] * 2)
    distance[3, 0, -1] = 0.0
    settings = {"dim": [50, 50, 20, 20], "n_train": [20, 20, 60, 60], "teacher_norm": [10.0, 1.0] * 2}
    return xr.Dataset(
        {
            "relative_distance": (("setting", "precision", "step"), distance),
            "polyak_ratio": (("setting", "precision", "step"), rng.uniform(0.01, 0.1, distance.shape)),
        },
        coords={
            "setting": list("abcd"), "precision": ["float64", "float32"], "step": step,
            **{name: ("setting", values) for name, values in settings.items()},
        },
    )  # fmt: skip


def deep(rng):
    """Two depths; a start that is stuck, one that goes straight to the limit; paths of unequal length."""
    ratios, step = np.array([1e-1, 1e-3]), np.array([0, 1, 10, 100])
    bound = np.stack([ratios, np.sqrt(ratios)])
    by_start = np.stack([0.8 * bound, 0.8 * bound, np.full((2, 2), 1e-9), 1.2 * bound], axis=1)
    by_start[1, 2, 1] = 1.0
    steps = np.where(by_start == 1.0, -1, 500)
    norm = np.broadcast_to(np.array([0.1, 0.4, 1.0, np.nan]), (2, 2, 4))
    cells, of_start = ("depth", "init_ratio"), ("depth", "start", "init_ratio")
    return xr.Dataset(
        {
            "distance": (cells, 0.8 * bound),
            "distance_law": (cells, 0.8 * bound),
            "distance_bound": (cells, bound),
            "distance_by_start": (of_start, by_start),
            "steps_by_start": (of_start, steps),
            "recovery_distance": (cells, np.full((2, 2), 1e-8)),
            "recovery_steps": (cells, np.full((2, 2), 300)),
            "path_norm": ((*cells, "step"), norm),
            "path_off_span": ((*cells, "step"), 0.5 * norm),
            "path_off_span_law": ((*cells, "step"), 0.51 * norm),
        },
        coords={
            "depth": [1, 2], "init_ratio": ratios, "step": step,
            "start": ["balanced", "wrong_sign", "opposite", "gaussian"],
        },
    )  # fmt: skip


def margin(rng):
    """Two dimensions with other sizes n each; risks from a half down to zero, and below any axis between."""
    risk = np.array([[0.1, 1e-3, 0.0, np.nan], [0.05, np.nan, 1e-20, 0.0]])
    return xr.Dataset(
        {
            "risk": (("dim", "n_train", "repeat"), risk[..., None] * rng.uniform(0.5, 1.5, (2, 4, 3))),
            "risk_bound": (("dim", "n_train"), np.where(np.isnan(risk), np.nan, 0.9)),
        },
        coords={"dim": [10, 100], "n_train": [1, 5, 10, 100], "repeat": np.arange(3)},
    )


def monotonicity(rng):
    """All kinds of learners on ten sets."""
    learner = ["distillation", "hard_target_descent", "hard_target_margin", "delta_0.0625", "delta_1.0"]
    return xr.Dataset(
        {
            "risk": (("learner", "repeat"), rng.uniform(0.01, 0.03, (5, 10))),
            "monotonicity": ("learner", [1.0, 0.7, 0.2, 0.7, 0.5]),
            "monotonicity_same_q": ("learner", [1.0, 0.7, 0.2, 0.8, 0.6]),
            "tie_fraction": ("learner", [0.0, 0.0, 0.6, 0.0, 0.0]),
        },
        coords={"learner": learner},
    )
