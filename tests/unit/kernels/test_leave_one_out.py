import numpy as np
import pytest

from kdtheory.kernels import leave_one_out
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.leave_one_out import leave_one_out_residuals
from kdtheory.kernels.nested import NestedRegression


@pytest.mark.parametrize("panel", [7, 1024])
@pytest.mark.parametrize("columns", [(), (3,)])
def test_residuals_are_those_of_regressions_without_each_point(columns, panel, monkeypatch):
    monkeypatch.setattr(leave_one_out, "_PANEL", panel)
    rng = np.random.default_rng(0)
    gram, _ = relu_kernels(rng.standard_normal((30, 4)))
    gram += 1e-3 * np.eye(30)
    targets = rng.standard_normal((30, *columns))
    residuals = leave_one_out_residuals(NestedRegression(gram, targets))
    for point in range(30):
        rest = np.arange(30) != point
        predicted = gram[point, rest] @ np.linalg.solve(gram[np.ix_(rest, rest)], targets[rest])
        np.testing.assert_allclose(residuals[point], targets[point] - predicted, rtol=1e-8)
