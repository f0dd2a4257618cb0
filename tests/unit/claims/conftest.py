"""A world in which every statement of PL19 is true: small groups of the cube, made up, not measured."""

import numpy as np
import pytest
import xarray as xr

DELTAS = (0.0625, 0.25, 1.0)
LEARNERS = ("distillation", "hard_target_descent", "hard_target_margin", *(f"delta_{delta}" for delta in DELTAS))


@pytest.fixture
def true_world():
    """Groups by name, free to be changed."""
    return {
        "linear/alignment": alignment(),
        "linear/angle_law": angle_law(),
        "linear/bias": bias(),
        "linear/convergence": convergence(),
        "linear/deep": deep(),
        "linear/margin": margin(),
        "linear/monotonicity": monotonicity(),
    }


def alignment():
    """κ-sweep of 30 sets at n = 10 and 12 growing sets at κ = 1, d = 100."""
    kappa, sizes, rng = np.array([0.5, 1.0, 2.0]), np.array([1, 2, 3, 10, 30, 100]), np.random.default_rng(0)
    size_of_set = np.exp(0.1 * rng.standard_normal(42))
    mean = 0.3 * 2.0 ** -kappa[:, None] * sizes**-1.8
    risk = np.where(sizes[:, None] < 100, mean[..., None] * size_of_set, 0.0)
    measured = np.zeros(risk.shape, dtype=bool)
    measured[:, 3, :30] = measured[1, :, 30:] = True
    sweep, grown = risk[:, 3:4], risk[1, :5, 30:]
    worse = grown * sizes[:5, None] ** 0.9 * np.where(sizes[:5, None] > 1, np.exp(0.1 * rng.random(grown.shape)), 1.0)
    return xr.Dataset(
        {
            "risk": (("kappa", "n_train", "repeat"), np.where(measured, risk, np.nan)),
            "angle": (("kappa", "n_train", "repeat"), np.where(measured, np.arctan(3 * risk), np.nan)),
            "input_dim": ("repeat", np.full(42, 100.0)),
            "risk_bound": (("kappa", "n_train"), 2.0 * mean),
            "risk_bound_sharper": (("kappa", "n_train"), 1.5 * mean),
            "risk_bound_polynomial": (("kappa", "n_train"), 3.0 * mean),
            "risk_gram": (("kappa", "gram_n_train"), mean[:, 3:4]),
            "risk_gram_se": (("kappa", "gram_n_train"), 0.01 * mean[:, 3:4]),
            "risk_approximate": (
                ("perturbation", "gram_n_train", "repeat", "kappa"),
                np.stack([np.where(np.arange(42) < 30, 1.1 * sweep, np.nan).transpose(1, 2, 0)] * 2),
            ),
            "risk_bound_approximate": (("perturbation", "kappa", "gram_n_train"), np.stack([2.5 * mean[:, 3:4]] * 2)),
            "risk_hard_target": (("hard_target", "hard_n_train", "hard_repeat"), np.stack([worse, 1.2 * worse])),
            "scaled_risk": (("scaled_n_train", "scaled_repeat"), 0.01 * size_of_set[None, :20]),
            "scaled_bound_printed": ("scaled_n_train", [0.02]),
            "scaled_bound_proved": ("scaled_n_train", [0.5]),
        },
        coords={
            "kappa": kappa,
            "n_train": sizes,
            "repeat": np.arange(42),
            "gram_n_train": [10],
            "perturbation": [1e-3, 1e-2],
            "hard_target": ["descent", "margin"],
            "hard_n_train": sizes[:5],
            "scaled_n_train": [120],
        },
    )


def margin():
    """20 growing sets in each of two dimensions; risks fall as e^(−n), γ = 0.9."""
    dims, sizes = np.array([6, 8]), np.arange(1, 9)
    scale = np.exp(0.1 * np.random.default_rng(1).standard_normal(20))
    risk = 0.5 * np.exp(-sizes[:, None] * 1.0) * scale * np.ones((2, 1, 1))
    risk = np.where(sizes[:, None] < dims[:, None, None], risk, 0.0)
    risk[0, sizes > 6] = np.nan
    return xr.Dataset(
        {
            "risk": (("dim", "n_train", "repeat"), risk),
            "angle": (("dim", "n_train", "repeat"), risk),
            "risk_bound": (("dim", "n_train"), np.stack([0.9**sizes] * 2)),
        },
        coords={"dim": dims, "n_train": sizes},
    )


def angle_law():
    """Three tasks of 400 points that lie exactly where the law wants them."""
    theta = np.linspace(0, np.pi / 2, 91)
    survival = np.stack(
        [1 - theta / theta[-1], (1 - theta / theta[-1]) ** 2, np.maximum(0, 1 - theta / np.deg2rad(75))]
    )
    return xr.Dataset(
        {
            "angle_survival": (("task", "theta"), survival),
            "angle_survival_sampled": (("task", "theta"), np.round(400 * survival) / 400),
            "points": (("task", "point", "axis"), np.zeros((3, 400, 2))),
        },
        coords={"task": ["kappa 1", "kappa 2", "margin 75°"], "theta": theta},
    )


def bias():
    """16 sets of 4 splits: risks that rise with δ, and chains whose risks fall."""
    rng = np.random.default_rng(2)
    scale = np.exp(0.1 * rng.standard_normal(16))
    return xr.Dataset(
        {
            "risk": (("delta", "repeat"), np.array([0.01, 0.1, 0.3])[:, None] * scale),
            "risk_limit": ("repeat", 0.5 * scale),
            "chain_risk": (("n_train", "chain"), np.array([0.5, 0.2, 0.1, 0.05])[:, None] * scale),
            "split": ("repeat", np.arange(16) % 4),
            "chain_split": ("chain", np.arange(16) % 4),
            "test_images": 2115,
        },
        coords={"delta": [0.0, 10.0, 90.0], "n_train": [1, 2, 3, 6]},
    )


def convergence():
    """Two paths with n < d and two with n ≥ d, whose distance falls as e^(−0.02·step)."""
    step = np.array([0, 1, 10, 100, 1000])
    path = np.ones((4, 2, 1)) * np.exp(-0.02 * step)
    dims, flat = ("setting", "precision", "step"), np.ones((4, 2, 5))
    return xr.Dataset(
        {
            "relative_distance": (dims, path),
            "loss": (dims, 0.1 * path**2),
            "gradient_error": (dims, 1e-16 * flat),
            "gradient_outside_span": (dims, 1e-15 * flat),
            "curvature": (dims, 0.05 * flat),
            "polyak_ratio": (dims, 0.05 * flat),
            "strong_convexity": ("setting", [0.01, 0.0, 0.01, 1e-20]),
            "step_size": ("setting", np.ones(4)),
            "teacher_distance": ("setting", [0.7, 0.7, 1e-15, 1e-15]),
        },
        coords={
            "precision": ["float64", "float32"],
            "step": step,
            "n_train": ("setting", [5, 5, 20, 20]),
            "dim": ("setting", [10, 10, 10, 10]),
            "teacher_norm": ("setting", [0.3, 1.0, 0.3, 1.0]),
        },
    )


def deep():
    """Depths 1 to 3 from starts that are all trained, at 0.7 of the bound."""
    depth, ratio, starts = (
        np.array([1, 2, 3]),
        np.array([1e-1, 1e-2, 1e-3]),
        ["balanced", "wrong_sign", "opposite", "gaussian"],
    )
    bound = ratio ** (1 / depth[:, None])
    norm = np.concatenate([ratio[None, :, None] * np.ones((3, 1, 3)), np.ones((3, 3, 2))], axis=-1)
    off_span = 0.5 * ratio[:, None] * (norm / norm[..., :1]) ** ((depth[:, None, None] - 1) / depth[:, None, None])
    by_start, of_path = ("depth", "start", "init_ratio"), ("depth", "init_ratio", "step")
    each = np.ones((3, 4, 3))
    above = np.array([0.9, 1.1, 1.2, 0.95])[:, None] * each
    return xr.Dataset(
        {
            "distance": (("depth", "init_ratio"), 0.7 * bound),
            "distance_law": (("depth", "init_ratio"), 0.7 * bound),
            "distance_bound": (("depth", "init_ratio"), bound),
            "steps": (("depth", "init_ratio"), np.full((3, 3), 1000)),
            "flow_error": (("depth", "init_ratio"), np.full((3, 3), 1e-15)),
            "recovery_distance": (("depth", "init_ratio"), np.full((3, 3), 1e-8)),
            "distance_by_start": (by_start, 0.7 * bound[:, None] * each),
            "angle_by_start": (by_start, 0.7 * bound[:, None] * each),
            "span_error_by_start": (by_start, 1e-8 * each),
            "steps_by_start": (by_start, np.full((3, 4, 3), 1000)),
            "initial_loss_ratio_by_start": (by_start, above),
            "path_norm": (of_path, norm),
            "path_norm_bound": (("depth", "init_ratio"), np.full((3, 3), 1.1)),
            "path_off_span": (of_path, off_span),
            "path_off_span_law": (of_path, off_span),
        },
        coords={"depth": depth, "init_ratio": ratio, "start": starts, "step": np.arange(5)},
    )


def monotonicity():
    """100 sets: the learners' indices and risks are on one falling line, w_δ in the order of Fig. 5's caption."""
    index = np.array([1.0, 0.4, 0.3, 0.5, 0.65, 0.8])
    improved = (np.arange(100) / 100 < index[:, None]).astype(np.int8)
    soft = np.array([not name.startswith("hard") for name in LEARNERS])[:, None]
    sets = np.exp(0.1 * np.random.default_rng(3).standard_normal(100))
    return xr.Dataset(
        {
            "improved": (("learner", "repeat"), improved),
            "improved_same_q": (("learner", "repeat"), improved),
            "monotonicity": ("learner", index),
            "tie_fraction": ("learner", [0.0, 0.0, 0.5, 0.0, 0.0, 0.0]),
            "risk": (("learner", "repeat"), (1.1 - index)[:, None] * sets),
            "logit_deviation": (("learner", "repeat"), np.where(soft, 1e-15, 1.0) * sets),
            "training_loss": (("learner", "repeat"), np.where(soft, 1e-30, 0.1) * sets),
        },
        coords={"learner": list(LEARNERS)},
    )
