"""Growth of time and memory with n, d, soft ratios and runs."""

from functools import partial

import numpy as np

from bench.harness import curve, times_by_size
from bench.memory import peak_bytes
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression
from kdtheory.theory.angles import PolynomialAngles, angle_from_gram, bartlett_factor
from kdtheory.theory.stationarity import effective_logits

SIZES, LARGE_SIZES = (512, 1024, 1536, 2048, 3072, 4096), (8192, 16384)
DIMS, DIM_POINTS = (4, 16, 64, 256, 1024, 4096), 1024
COLUMNS, COLUMN_POINTS = (8, 16, 32, 64, 128, 256), 2048
RUNS, RUN_POINTS = (1, 2, 4, 8), 512
SETS = (500, 1000, 2000, 4000, 8000)
LOGITS = (50_000, 100_000, 200_000, 400_000)


def measure(full):
    """Fit exponents; the sizes of the full run go on to n = 16,384."""
    sizes = SIZES + (LARGE_SIZES if full else ())
    memory = {quantity: {n: peak_bytes(__name__, quantity, n) for n in sizes} for quantity in ("kernel", "regression")}
    return {
        "curves": [
            curve("kernel", "n", _times(kernel, sizes), "2"),
            curve("kernel, memory", "n", memory["kernel"], "2", unit="byte"),
            curve("all-n fit of one Gram matrix", "n", _times(regression, sizes), "3"),
            curve("all-n fit of one Gram matrix, memory", "n", memory["regression"], "2", unit="byte"),
            curve("one more soft ratio", "n", _times(further_column, sizes), "2"),
            curve("more soft ratios", "soft ratios", _times(columns, COLUMNS), "1"),
            curve("kernel", "d", _times(kernel_of_dim, DIMS), "0 (elementwise) to 1 (product)"),
            curve("kernel students", "runs", _times(runs, RUNS), "1"),
            curve("Gram sampling", "transfer sets", _times(gram_sampling, SETS), "1"),
            curve("effective logits", "points", _times(logits, LOGITS), "1"),
        ]
    }


def kernel(n):
    """Both kernels of n points in two dimensions."""
    return partial(relu_kernels, _inputs(n, 2))


def kernel_of_dim(dim):
    """Both kernels of a fixed number of points."""
    return partial(relu_kernels, _inputs(DIM_POINTS, dim))


def regression(n):
    """Every training-set size up to n."""
    gram, targets = relu_kernels(_inputs(n, 2))[0], _targets(n, 1)
    return lambda: NestedRegression(gram, targets).norms()


def further_column(n):
    """One more column of targets on a factorised Gram matrix."""
    return _columns(n, 1)


def columns(count):
    """Several columns of targets at once, one for each soft ratio."""
    return _columns(COLUMN_POINTS, count)


def runs(count):
    """Several runs, each with points and a Gram matrix of its own."""

    def run():
        for _ in range(count):
            regression(RUN_POINTS)()

    return run


def gram_sampling(sets):
    """Students of several transfer sets, through their Gram matrices."""
    law = PolynomialAngles(1.0)

    def run():
        rng = np.random.default_rng(0)
        factor = bartlett_factor(rng, sets, 20, 1000)
        return angle_from_gram(law.sample_boundary_angles(rng.random((sets, 20))), factor)

    return run


def logits(points):
    """Effective logits of several points."""
    rng = np.random.default_rng(0)
    return partial(effective_logits, rng.normal(0, 3, points), rng.integers(0, 2, points), 0.5, 5.0)


def _columns(n, count):
    targets = _targets(n, count)
    fitted = NestedRegression(relu_kernels(_inputs(n, 2))[0], targets[:, :1])
    return lambda: fitted.with_targets(targets).norms()


def _times(prepare, sizes):
    return times_by_size({size: prepare(size) for size in sizes}, sizes)


def _inputs(n, dim):
    return np.random.default_rng(0).uniform(-1, 1, (n, dim))


def _targets(n, count):
    return np.random.default_rng(1).standard_normal((n, count))
