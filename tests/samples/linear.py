"""Samples of the linear groups of the cube, made up: a small study in which every statement of PL19 is true.

One builder for each group, used by the tests of claims and of figures; `samples.likeness` checks them against
a real run.
"""

import numpy as np
import xarray as xr
from samples.design import design, design_digits

DELTAS = (0.0625, 0.25, 1.0)
LEARNERS = ("distillation", "hard_target_descent", "hard_target_margin", *(f"delta_{delta}" for delta in DELTAS))


def linear_groups():
    """Groups by name, free to be changed."""
    builders = (
        alignment, angle_law, bias, convergence, deep, design, design_digits, digit_bound, margin, monotonicity,
        monotonicity_settings, optimization, rates,
    )  # fmt: skip
    return {f"linear/{builder.__name__}": builder() for builder in builders}


def alignment():
    """κ-sweep of 30 worlds at n = 10 and 20 worlds of growing sets at κ = 1, d = 100."""
    kappa, sizes, rng = np.array([0.5, 1.0, 2.0]), np.array([1, 2, 3, 10, 30, 100]), np.random.default_rng(0)
    of_sweep, of_growth, of_scaled = (np.exp(0.1 * rng.standard_normal(worlds)) for worlds in (30, 20, 20))
    mean = np.where(sizes < 100, 0.3 * 2.0 ** -kappa[:, None] * sizes**-1.8, 0.0)
    swept, grown = np.full((3, 6, 30), np.nan), np.full((3, 6, 20), np.nan)
    swept[:, 3], grown[1] = mean[:, 3, None] * of_sweep, mean[1][:, None] * of_growth
    measured = np.isfinite(swept).any(2) | np.isfinite(grown).any(2)
    bound = np.where(measured, 0.6 * 2.0 ** -kappa[:, None] * sizes**-1.8, np.nan)
    hard = sizes[:5, None]
    worse = grown[1, :5] * hard**0.9 * np.where(hard > 1, np.exp(0.5 * rng.random((5, 20))), 1.0)
    cells, swept_approximately = ("kappa", "n_train"), 1.1 * swept[:, 3:4].transpose(1, 2, 0)
    return xr.Dataset(
        {
            "angle": ((*cells, "world"), np.arctan(3 * swept)),
            "risk": ((*cells, "world"), swept),
            "risk_sampled": ((*cells, "world"), np.where(kappa[:, None, None] < 2, swept, 0 * swept)),
            "descent_risk": (("kappa", "world"), 1.01 * swept[:, 3]),
            "descent_distance": (("kappa", "world"), 0.1 * np.exp(rng.standard_normal((3, 30)))),
            "growth_angle": ((*cells, "growth_world"), np.arctan(3 * grown)),
            "growth_risk": ((*cells, "growth_world"), grown),
            "input_dim": ((), 100.0),
            "risk_bound": (cells, bound),
            "risk_bound_sharper": (cells, 0.75 * bound),
            "risk_bound_polynomial": (cells, 1.5 * bound),
            "risk_hard_target": (("hard_target", "hard_n_train", "growth_world"), np.stack([worse, 1.2 * worse])),
            "hard_bound_vc": ("n_train", 400.0 / sizes),
            "hard_bound_vc_useful_from": ((), 2000),
            "hard_bound_margin": (("hard_n_train", "growth_world"), 0.9 - 0.1 * rng.random((5, 20))),
            "risk_gram": (("kappa", "gram_n_train"), mean[:, 3:4]),
            "risk_gram_se": (("kappa", "gram_n_train"), 0.01 * mean[:, 3:4]),
            "gram_sets": ((), 1000),
            "risk_approximate": (
                ("perturbation", "gram_n_train", "world", "kappa"),
                np.stack([swept_approximately] * 2),
            ),
            "risk_bound_approximate": (("perturbation", "kappa", "gram_n_train"), np.stack([1.25 * bound[:, 3:4]] * 2)),
            "scaled_risk": (("scaled_n_train", "scaled_world"), 0.01 * of_scaled[None]),
            "scaled_bound_printed": ("scaled_n_train", [0.02]),
            "scaled_bound_proved": ("scaled_n_train", [0.5]),
            "scaled_bound_theorem": ("scaled_n_train", [0.4]),
        },
        coords={
            "kappa": kappa, "n_train": sizes, "world": np.arange(30), "growth_world": np.arange(20),
            "gram_n_train": [10], "perturbation": [1e-3, 1e-2], "hard_target": ["descent", "margin"],
            "hard_n_train": sizes[:5], "scaled_n_train": [120], "scaled_world": np.arange(20),
        },
    )  # fmt: skip


def margin():
    """20 growing sets in each of two dimensions; risks fall as e^(−n), γ = 0.9."""
    dims, sizes = np.array([6, 8]), np.arange(1, 9)
    scale = np.exp(0.1 * np.random.default_rng(1).standard_normal(20))
    risk = 0.5 * np.exp(-sizes[:, None] * 1.0) * scale * np.ones((2, 1, 1))
    risk = np.where(sizes[:, None] < dims[:, None, None], risk, 0.0)
    risk[0, sizes > 6] = np.nan
    bound = np.where(np.isnan(risk[..., 0]), np.nan, 0.9**sizes)
    return xr.Dataset(
        {
            "angle": (("dim", "n_train", "world"), risk.copy()),
            "risk": (("dim", "n_train", "world"), risk),
            "risk_bound": (("dim", "n_train"), bound),
            "risk_bound_theorem": (("dim", "n_train"), 0.95 * bound),
        },
        coords={"dim": dims, "n_train": sizes, "world": np.arange(20)},
    )


def angle_law():
    """Four tasks whose points have their law, but for the chance of each of 20 worlds."""
    theta = np.linspace(0, np.pi / 2, 91)
    laws = [(1 - theta / theta[-1]) ** kappa for kappa in (0.25, 1.0, 2.0)]
    survival = np.stack([*laws, np.maximum(0, 1 - theta / np.deg2rad(75))])
    rng = np.random.default_rng(4)
    drawn = survival[..., None] + 0.01 * np.sqrt(survival * (1 - survival))[..., None] * rng.standard_normal(
        (4, 91, 20)
    )
    return xr.Dataset(
        {
            "angle_survival": (("task", "theta"), survival),
            "angle_survival_sampled": (("task", "theta", "world"), drawn),
            "points": (("task", "point", "axis"), rng.standard_normal((4, 40, 2))),
        },
        coords={"task": ["kappa 0.25", "kappa 1", "kappa 2", "margin 75°"], "theta": theta},
    )


def bias():
    """16 worlds: risks that rise with δ, and chains whose risks fall, to exactly zero in some worlds."""
    scale = np.exp(0.1 * np.random.default_rng(2).standard_normal(16))
    chains = np.array([0.5, 0.2, 0.1, 0.05])[:, None] * scale
    chains[-1, :3] = 0.0
    return xr.Dataset(
        {
            "risk": (("delta", "world"), np.array([0.01, 0.1, 0.3])[:, None] * scale),
            "risk_limit": ("world", 0.5 * scale),
            "descent_risk": ("world", 0.012 * scale),
            "descent_distance": ("world", 0.2 * scale),
            "chain_risk": (("n_train", "world"), chains),
            "test_images": ((), 2115),
        },
        coords={"delta": [0.0, 10.0, 90.0], "n_train": [1, 2, 3, 6], "world": np.arange(16)},
    )


def convergence():
    """Two paths with n < d and two with n ≥ d in 3 worlds, whose distance falls as e^(−0.02·step)."""
    step = np.array([0, 1, 10, 100, 1000])
    dims, flat = ("setting", "world", "precision", "step"), np.ones((4, 3, 2, 5))
    path = flat * np.exp(-0.02 * step)
    names = [f"d = 10, n = {n}, norm = {norm:g}" for n in (5, 20) for norm in (0.3, 1.0)]
    return xr.Dataset(
        {
            "relative_distance": (dims, path),
            "flow_distance": (dims[:2], np.full((4, 3), 1e-12)),
            "teacher_distance": (dims[:2], np.array([[0.7], [0.7], [1e-15], [1e-15]]) * np.ones((1, 3))),
            "loss": (dims, 0.1 * path**2),
            "gradient_norm": (dims, 0.1 * path),
            "gradient_outside_span": (dims, 1e-15 * flat),
            "polyak_ratio": (dims, 0.05 * flat),
            "gradient_error": (dims, 1e-16 * flat),
            "curvature": (dims, 0.05 * flat),
            "strong_convexity": (dims[:2], np.array([[0.01], [0.0], [0.01], [1e-20]]) * np.ones((1, 3))),
            "step_size": (dims[:2], np.ones((4, 3))),
        },
        coords={
            "world": np.arange(3),
            "setting": names, "precision": ["float64", "float32"], "step": step,
            "n_train": ("setting", [5, 5, 20, 20]), "dim": ("setting", [10] * 4),
            "teacher_norm": ("setting", [0.3, 1.0, 0.3, 1.0]),
        },
    )  # fmt: skip


def deep():
    """Depths 1 to 3 in 3 worlds from starts that are all trained, at 0.7 of the bound; losses fall as e^(−0.05·t)."""
    depth, ratio = np.array([1, 2, 3]), np.array([1e-1, 1e-2, 1e-3])
    bound = ratio ** (1 / depth[:, None])
    chance = np.exp(1e-3 * np.random.default_rng(5).standard_normal((3, 3, 3)))
    norm = np.concatenate([ratio[None, :, None] * np.ones((3, 1, 3)), np.ones((3, 3, 2))], axis=-1)
    off_span = 0.5 * ratio[:, None] * (norm / norm[..., :1]) ** ((depth[:, None, None] - 1) / depth[:, None, None])
    of_cell, of_start = ("world", "depth", "init_ratio"), ("world", "depth", "start", "init_ratio")
    distance, flat, by_start = 0.7 * bound * chance, np.ones((3, 3, 3)), np.ones((3, 3, 4, 3))
    loss = np.array([0.9, 1.1, 1.2, 0.95])[:, None] * by_start
    along = np.ones((3, 1, 1, 1))
    of_balanced = {
        "distance": distance, "angle": distance, "distance_law": distance, "steps": np.full((3, 3, 3), 1000),
        "span_error": 1e-8 * flat, "initial_loss_ratio": loss[:, :, 0], "flow_error": 1e-15 * flat,
    }  # fmt: skip
    of_starts = {
        "distance": distance[:, :, None] * by_start, "angle": distance[:, :, None] * by_start,
        "distance_law": distance[:, :, None] * by_start, "steps": np.full((3, 3, 4, 3), 1000),
        "span_error": 1e-8 * by_start, "initial_loss_ratio": loss, "flow_error": 1e-15 * by_start,
    }  # fmt: skip
    recovery = {"distance": 1e-8 * flat, "span_error": 1e-8 * flat, "steps": np.full((3, 3, 3), 800)}
    time = 10.0 * np.arange(5) * np.ones((3, 3, 3, 1))
    loss_on_path = 0.1 * np.exp(-0.05 * time)
    slope = 0.05 * loss_on_path
    paths = {
        "path_norm": norm, "path_off_span": off_span, "path_off_span_law": off_span, "path_time": time,
        "path_loss": loss_on_path, "path_flow_error": 1e-3 * np.ones(time.shape), "path_loss_slope": slope,
        "path_loss_slope_law": slope, "path_loss_slope_bound": 0.8 * slope,
    }  # fmt: skip
    unbalanced = np.array([0.0, 0.0, 0.0, 0.7])[:, None] * (ratio ** (2 / depth[:, None]))[:, None]
    unbalanced = np.where(depth[:, None, None] > 1, unbalanced, 0.0) * chance[:, :, None]
    own_size = 0.3 * (unbalanced > 0)
    bounds = {"distance_bound": bound, "path_norm_bound": np.where(depth[:, None] > 1, 1.1, np.nan) * np.ones(3)}
    return xr.Dataset(
        {
            **{name: (of_cell, values.copy()) for name, values in of_balanced.items()},
            **{f"{name}_by_start": (of_start, values.copy()) for name, values in of_starts.items()},
            **{f"recovery_{name}": (of_cell, values) for name, values in recovery.items()},
            **{name: ((*of_cell, "step"), along * values) for name, values in paths.items()},
            **{name: (of_cell[1:], values) for name, values in bounds.items()},
            "imbalance_by_start": (of_start, unbalanced),
            "imbalance_own_size_by_start": (of_start, own_size),
            "least_norm": (of_cell, 0.5 * ratio * flat),
            "loss_rate_bound": (of_cell, 0.01 * flat),
            **_trained(depth),
        },
        coords={
            "world": np.arange(3),
            "depth": depth, "init_ratio": ratio, "step": np.arange(5),
            "start": ["balanced", "wrong_sign", "opposite", "gaussian"],
            "risk_init_ratio": [1e-3, 1e-5], "risk_world": np.arange(20),
        },
    )  # fmt: skip


def _trained(depth):
    """20 worlds of trained deep students within ε; the theorem is silent on the largest start at the last depth."""
    deep, ratio = (depth > 1)[:, None], np.array([1e-3, 1e-5])
    epsilon = np.where(deep, ratio ** (1 / depth[:, None]), np.nan)
    bound = np.where(deep, [[0.6, 0.5], [0.6, 0.5], [np.nan, 0.8]], np.nan)
    chance = np.exp(0.1 * np.random.default_rng(6).standard_normal(20))
    cells = ("depth", "risk_init_ratio")
    return {
        "trained_risk": ((*cells, "risk_world"), np.where(deep, 0.02, np.nan)[..., None] * np.ones((1, 2, 1)) * chance),
        "trained_distance": ((*cells, "risk_world"), 0.9 * epsilon[..., None] * np.ones(20)),
        "trained_epsilon": (cells, epsilon),
        "trained_risk_bound": (cells, bound),
    }


def optimization():
    """8 worlds with n < d and with n ≥ d: hard labels take four times the steps, and reach an angle less often."""
    dims = ("setting", "teacher_norm", "step_size", "angle", "world")
    asked = np.array([[True, False], [False, True]])[:, None, None, :, None]
    rng = np.random.default_rng(7)
    steps = np.array([400.0, 40.0, 4.0])[:, None, None] * np.exp(0.05 * rng.standard_normal((2, 2, 3, 2, 8)))
    soft = np.round(steps) * np.array([1.0, 2.0])[:, None, None, None]
    hard = 4 * np.round(steps[:, 0])
    reached = {"soft": np.ones(soft.shape), "hard": (rng.random(hard.shape) < 0.7).astype(float)}
    hard = np.where(reached["hard"] > 0, hard, 3000.0)
    no_norm = (dims[0], *dims[2:])
    return xr.Dataset(
        {
            "max_steps": ("setting", [3000.0, 3000.0]),
            "steps_soft": (dims, np.where(asked, soft, np.nan)),
            "reached_soft": (dims, np.where(asked, reached["soft"], np.nan)),
            "steps_hard": (no_norm, np.where(asked[:, 0], hard, np.nan)),
            "reached_hard": (no_norm, np.where(asked[:, 0], reached["hard"], np.nan)),
        },
        coords={
            "setting": ["d = 50, n = 20", "d = 20, n = 60"],
            "n_train": ("setting", [20, 60]), "dim": ("setting", [50, 20]),
            "teacher_norm": [1.0, 3.0], "step_size": [0.1, 1.0, 10.0], "angle": [60.0, 20.0], "world": np.arange(8),
        },
    )  # fmt: skip


def digit_bound():
    """16 worlds of MNIST in which p(θ) falls early, so that the bounds are below 1 and above the risk."""
    sizes, scale = np.array([1, 5, 20]), np.exp(0.1 * np.random.default_rng(6).standard_normal(16))
    risk, bound = np.array([0.2, 0.05, 0.01])[:, None] * scale, np.array([0.6, 0.3, 0.1])[:, None] * np.ones(16)
    cells = ("n_train", "world")
    return xr.Dataset(
        {
            "population_risk": (cells, risk), "population_bound": (cells, bound),
            "regularised_bound": (cells, 0.9 * bound), "held_out_risk": (cells, 1.1 * risk),
            "held_out_bound": (cells, 1.2 * bound), "nearest_angle": ("world", np.deg2rad(30) * scale),
        },
        coords={"n_train": sizes, "world": np.arange(16)},
    )  # fmt: skip


def rates():
    """20 worlds: risks with a margin that fall as e^(−n), and as n^(−1.8κ) on polynomial tasks, below their bounds."""
    rng = np.random.default_rng(7)
    chance = np.exp(0.05 * rng.standard_normal(20))
    dims, margin_sizes = np.array([6, 9]), np.arange(1, 9)
    below = margin_sizes < dims[:, None]
    risk = np.where(below[..., None], 0.5 * np.exp(-1.0 * margin_sizes)[:, None] * chance, np.nan)
    kappa, sizes, easy = np.array([0.5, 1.0]), np.array([1, 2, 3, 10, 30, 99]), np.deg2rad([30.0, 85.0])
    grown = 0.3 * sizes ** (-1.8 * kappa[:, None])
    unseen = (2 * easy[:, None] / np.pi) ** (kappa[:, None, None] * sizes)
    return xr.Dataset(
        {
            "margin_risk": (("dim", "margin_n_train", "world"), risk),
            "margin_bound": (("dim", "margin_n_train"), np.where(below, 0.9**margin_sizes, np.nan)),
            "margin_bound_theorem": (("dim", "margin_n_train"), np.where(below, 0.85**margin_sizes, np.nan)),
            "risk": (("kappa", "n_train", "world"), grown[..., None] * chance),
            "risk_bound": (("kappa", "n_train"), 2 * grown),
            "risk_bound_polynomial": (("kappa", "n_train"), 3 * grown),
            "conditional_error": (("kappa", "easy_angle", "n_train", "world"), 0.3 * unseen[..., None] * chance),
            "conditional_bound": (("kappa", "easy_angle", "n_train"), unseen),
            "input_dim": ((), 100.0),
            "scaled_risk": (("scaled_n_train", "world"), np.array([[0.1], [0.01]]) * chance),
            "scaled_bound": ("scaled_n_train", [0.5, 0.3]),
        },
        coords={
            "dim": dims, "margin_n_train": margin_sizes, "kappa": kappa, "n_train": sizes, "easy_angle": easy,
            "scaled_n_train": [5, 50], "world": np.arange(20),
        },
    )  # fmt: skip


def monotonicity_settings():
    """Two settings of 50 worlds, the second of larger risks."""
    rng = np.random.default_rng(8)
    index = np.array([1.0, 0.5, 0.3, 0.5, 0.6, 0.7])[:, None]
    risk = (1.1 - index) * np.exp(0.1 * rng.standard_normal((2, 6, 50))) * np.array([0.02, 0.1])[:, None, None]
    dims = ("variant", "learner", "world")
    return xr.Dataset(
        {"risk": (dims, risk), "improved": (dims, (rng.random((2, 6, 50)) < index).astype(float))},
        coords={
            "variant": ["κ = 1, d = 100, n = 5, 1000 steps", "κ = 0.5, d = 100, n = 5, 1000 steps"],
            "learner": list(LEARNERS), "world": np.arange(50),
        },
    )  # fmt: skip


def monotonicity():
    """100 worlds: the learners' indices and risks are on one falling line, w_δ in the order of Fig. 5's caption."""
    line, ties = np.array([1.0, 0.4, 0.3, 0.5, 0.65, 0.8]), np.array([0.0, 0.0, 0.5, 0.0, 0.0, 0.0])
    # The binary index is a little off the line that the graded one is on.
    index = line + np.array([0.0, 0.3, 0.0, -0.15, -0.2, 0.1])
    place = np.arange(100) / 100
    improved = (place < index[:, None]).astype(np.int8)
    soft = np.array([not name.startswith("hard") for name in LEARNERS])[:, None]
    worlds, each = np.exp(0.1 * np.random.default_rng(3).standard_normal(100)), ("learner", "world")
    risk = (1.1 - line)[:, None] * worlds
    decay = (0.3 - 0.1 * risk) + 0.001 * np.random.default_rng(6).standard_normal(risk.shape)
    return xr.Dataset(
        {
            "angle": (each, risk.copy()),
            "risk": (each, risk),
            "improved": (each, improved),
            "improved_same_q": (each, improved.copy()),
            "monotonicity": ("learner", index),
            "monotonicity_same_q": ("learner", index.copy()),
            "angle_decay": (each, decay),
            "angle_decay_same_q": (each, decay.copy()),
            "risk_decay": (each, decay.copy()),
            "logit_deviation": (each, np.where(soft, 1e-15, 1.0) * worlds),
            "training_loss": (each, np.where(soft, 1e-30, 0.1) * worlds),
            "tie": (each, (place >= 1 - ties[:, None]).astype(np.int8)),
            "tie_fraction": ("learner", ties),
            "descent_risk": ("world", 0.15 * worlds),
            "descent_improved": ("world", (place < 0.95).astype(np.int8)),
            "descent_distance": ("world", 0.1 * worlds),
        },
        coords={"learner": list(LEARNERS)},
    )
