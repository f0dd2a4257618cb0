"""Every training-set size from one factorisation: cost against the floor, growth in n and in soft ratios, memory."""

import argparse
import time

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from timing import alternate, peak_memory, report

from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression

SIZES = (512, 1024, 2048, 4096)
MORE_COLUMNS = 8


def problem(size, dim=2):
    """A Gram matrix of the infinite-width kernel and random targets."""
    rng = np.random.default_rng(0)
    gram, _ = relu_kernels(rng.uniform(-1, 1, (size, dim)))
    return gram, rng.standard_normal((size, 1 + MORE_COLUMNS))


def against_the_floor():
    """Time all norms of every prefix against one Cholesky factorisation and one triangular solve."""
    rows, further = [], []
    for size in SIZES:
        gram, targets = problem(size)
        one = NestedRegression(gram, targets[:, 0])
        times = alternate(
            {
                "floor": lambda gram=gram, z=targets[:, 0]: solve_triangular(cholesky(gram, lower=True), z, lower=True),
                "ours": lambda gram=gram, z=targets[:, 0]: NestedRegression(gram, z).norms(),
                "further": lambda one=one, z=targets[:, 1:]: one.with_targets(z).norms(),
            }
        )
        column = times["further"][0] / MORE_COLUMNS
        further.append(column)
        rows.append(
            f"n = {size}: all {size} sizes cost {times['ours'][0] / times['floor'][0]:.2f} times the floor "
            f"({times['floor'][0]:.3f} s); one more soft ratio {100 * column / times['ours'][0]:.2f} % of that"
        )
    slope = np.polyfit(np.log(SIZES), np.log(further), 1)[0]
    rows.append(f"one more soft ratio grows like n^{slope:.2f} (theory: n^2)")
    report("NestedRegression against one Cholesky factorisation and one triangular solve", rows)


def large(size):
    """Run one large problem through kernel, factorisation and prediction; print time and peak memory."""
    started = time.perf_counter()
    gram, targets = problem(size)
    kernel_time, started = time.perf_counter() - started, time.perf_counter()
    regression = NestedRegression(gram, targets)
    norms = regression.norms()
    row = f"n = {size}: kernel {kernel_time:.0f} s, fit {time.perf_counter() - started:.0f} s"
    report("One large problem", [f"{row}, peak memory {peak_memory():.2f} GiB, ‖Δŵ‖ = {norms[-1, 0]:.4g}"])


def main():
    """Run the small contests, or one large problem."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, metavar="N", help="only one problem of N points, e.g. 16384")
    arguments = parser.parse_args()
    if arguments.large:
        large(arguments.large)
    else:
        against_the_floor()


if __name__ == "__main__":
    main()
