"""How far a kernel student's weights must move: zᵀΘ⁻¹z and I(n) of each target, and JZ20 Theorem 2, for K classes."""

import numpy as np
import xarray as xr

from kdtheory.kernels.nested import NestedRegression
from kdtheory.problem.data import Problem
from kdtheory.problem.facts import described
from kdtheory.problem.kernel_student import Kernel, stacked_targets
from kdtheory.problem.settings import TEMPERATURES, Setting, main_settings
from kdtheory.statistics.inefficiency import inefficiency_by_world
from kdtheory.statistics.jackknife import jackknife, pooled
from kdtheory.theory.class_decisions import hard_label_correction_multiclass
from kdtheory.theory.correction import correction_cosine, correction_inner_product
from kdtheory.theory.inefficiency import octave_windows

# I(n) takes the mean over some orders of the same points, each with a factorisation of its own.
ORDERS = 8
LARGEST_ORDERED = 2048


def squared_norms(problem: Problem, regression: NestedRegression, settings: list[Setting]) -> xr.Dataset:
    """Return zᵀΘ_n⁻¹z at every n, in total and by class at all points.

    Parameters
    ----------
    problem : Problem
    regression : NestedRegression
        Of the settings' targets side by side.
    settings : list of Setting
    """
    by_class = np.square(regression.coefficients).reshape(len(regression.coefficients), -1, problem.n_classes)
    total = np.cumsum(by_class.sum(axis=2), axis=0).T
    source = "JZ20 Eq. 9, summed over classes"
    return xr.Dataset(
        {
            "squared_norm": described(("target", "n_train"), total, "‖Δŵ_n‖² = Σ_k z_kᵀΘ_n⁻¹z_k", source),
            "squared_norm_by_class": described(
                ("target", "class"), by_class.sum(axis=0), "z_kᵀΘ⁻¹z_k at all transfer points", "JZ20 Eq. 9"
            ),
        },
        coords={
            "target": [setting.name(problem) for setting in settings],
            "n_train": np.arange(1, total.shape[1] + 1),
        },
    )


def inefficiency(problem: Problem, kernel: Kernel, seed: int) -> xr.Dataset:
    """Return the mean of I(n) over octaves of n, in total and by class, over random orders of one pool of points.

    Intervals are those of other orders of these points, not of other points.
    """
    settings = main_settings(problem)
    targets = stacked_targets(problem, kernel.transfer, settings)
    limit = min(len(targets), LARGEST_ORDERED)
    rng, squares = np.random.default_rng([seed, 1]), []
    for _ in range(ORDERS):
        order = rng.permutation(len(targets))[:limit]
        regression = NestedRegression(kernel.gram[np.ix_(order, order)], targets[order])
        squares.append(np.cumsum(regression.coefficients**2, axis=0).reshape(limit, -1, problem.n_classes))
    by_class = np.stack(squares)  # (order, n, target, class)
    windows = octave_windows(limit)
    # A target may not touch a class at the first points, and a norm of 0 has no logarithm.
    positive = (by_class > 0).all(axis=(0, 2, 3))
    windows = windows[positive[windows[:, 0] - 1]]
    total = _slopes(np.sqrt(by_class.sum(axis=3)), windows)
    low, high = total.interval()
    single = _slopes(np.sqrt(by_class), windows)
    dims, source = ("target", "window"), "JZ20 Eq. 10"
    return xr.Dataset(
        {
            "inefficiency": described(dims, total.value.T, "mean of I(n) over an octave, all classes", source),
            "inefficiency_low": described(dims, low.T, "95 % limit over orders of the pool, jackknife", source),
            "inefficiency_high": described(dims, high.T, "95 % limit over orders of the pool, jackknife", source),
            "inefficiency_by_class": described(
                ("target", "class", "window"), np.moveaxis(single.value, 0, -1), "the same, one class", source
            ),
        },
        coords={
            "target": [setting.name(problem) for setting in settings],
            "n_first": ("window", windows[:, 0]),
            "n_last": ("window", windows[:, 1]),
        },
        attrs={"orders": ORDERS, "points": limit},
    )


def _slopes(norms, windows):
    """I(n) in each window, with E over orders, shape (windows, ...); ``norms`` is (orders, n, ...)."""
    sizes = np.unique(windows)

    def statistic(orders):
        return inefficiency_by_world(orders[None], sizes, windows)[0]

    return pooled(jackknife(statistic, norms[:, sizes - 1]))


def correction(problem: Problem, kernel: Kernel, regression: NestedRegression) -> xr.Dataset | None:
    """Return which way a few hard labels turn the kernel student: JZ20 Theorem 2, inner products summed over classes.

    The truth is the centred one-hot vector of the audit label where there is one, else of the label. None where a
    transfer point has no label.
    """
    truth, labels = problem.truth[kernel.transfer], problem.labels[kernel.transfer]
    if (labels < 0).any():
        return None

    def weights(logits):
        return regression.with_targets(logits).coefficients

    right = weights(np.eye(problem.n_classes)[truth] - 1 / problem.n_classes)
    shape = len(problem.checkpoints), len(TEMPERATURES)
    cosine, product = np.full(shape, np.nan), np.full(shape, np.nan)
    for checkpoint, logits in enumerate(problem.teacher_logits[:, kernel.transfer]):
        teacher = weights(logits - logits.mean(axis=1, keepdims=True))
        for t, temperature in enumerate(TEMPERATURES):
            change = hard_label_correction_multiclass(logits, labels, temperature)
            # Where a teacher is sure and wrong the derivative grows beyond the doubles.
            if not np.isfinite(np.sum(change**2)):
                continue
            hard = weights(change)
            inner = {"gh": (right, hard), "gt": (right, teacher), "tt": (teacher, teacher), "th": (teacher, hard)}
            inner = {name: np.vdot(*pair) for name, pair in inner.items()}
            product[checkpoint, t] = correction_inner_product(**inner)
            cosine[checkpoint, t] = correction_cosine(**inner, gg=np.vdot(right, right), hh=np.vdot(hard, hard))
    dims = ("checkpoint", "temperature")
    return xr.Dataset(
        {
            "cosine": described(
                dims, cosine, "cosine of δŵ_h and Δŵ_c, the parentheses of Eq. 12 without scale", "JZ20 Theorem 2"
            ),
            "inner_product": described(dims, product, "⟨δŵ_h, Δŵ_c⟩", "JZ20 Eq. 12"),
        },
        coords={"checkpoint": problem.checkpoints, "temperature": list(TEMPERATURES)},
    )
