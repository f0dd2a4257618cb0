"""Groups of logits alone: the example in one dimension, and the grid of effective logits."""

import numpy as np
import pytest
import xarray as xr
from unit.analysis.feature_students import measured

from kdtheory.analysis import (
    effective_logits,
    example,
)
from kdtheory.theory import stationarity


def test_example_compares_effective_logits_with_label_smoothing_and_counts_boundaries():
    x = np.linspace(-1, 1, 401)
    truth = np.sin(2 * np.pi * x + 0.3)
    dims = ("world", "run", "sample")
    dataset = xr.Dataset(
        {
            "inputs": ((*dims, "axis"), np.stack([x, x])[:, None, :, None]),
            "truth": (dims, np.stack([truth, x + 0.2])[:, None]),
            "truth_std": ("world", [0.5, 2.0]),
        },
        coords={"world": [0, 1]},
    )
    early, late = 0.5 * x, 8 * truth
    logits = xr.Dataset(
        {
            "logits": (
                ("stopping_epoch", *dims),
                np.stack([[early, early], [late, 2 * late]])[:, :, None],
            )
        },
        coords={"stopping_epoch": [1, 64], "world": [0, 1]},
    )
    settings = {"soft_ratios": [0.01, 1.0], "temperature": 5.0}
    group = measured(example, settings, dataset=dataset, logits=logits)
    assert group["teacher_logit"].dims == ("stopping_epoch", "x")
    assert group["sign_changes"].dims == ("stopping_epoch", "world")
    shown = [name for name, values in group.data_vars.items() if "x" in values.dims]
    assert all(group[name].attrs["long_name"].endswith(", world 0") for name in shown) and len(shown) == 6
    np.testing.assert_array_equal(group["effective_logit"].sel(soft_ratio=1.0), late)
    np.testing.assert_array_equal(group["boundary"], truth > 0)
    np.testing.assert_array_equal(group["truth"], 2 * truth)
    jump = np.abs(group["effective_logit"].sel(soft_ratio=0.01).diff("x")).max()
    assert float(jump) > 1.9 * float(group["threshold"].sel(soft_ratio=0.01)) > 3
    np.testing.assert_allclose(np.abs(group["label_smoothing"].sel(soft_ratio=0.01)), np.log(199))
    deviation = group["cutoff_deviation"]
    assert deviation.dims == ("soft_ratio", "world") and not deviation.sel(soft_ratio=1.0).any()
    effective, cutoff = (group[name].sel(soft_ratio=0.01) for name in ("effective_logit", "cutoff"))
    expected = np.linalg.norm(effective - cutoff) / np.linalg.norm(effective)
    assert 0 < expected == pytest.approx(float(deviation.sel(soft_ratio=0.01, world=0)))
    np.testing.assert_array_equal(group["true_sign_changes"], [4, 1])
    np.testing.assert_array_equal(group["sign_changes"], [[1, 1], [4, 4]])
    np.testing.assert_allclose(group["logit_scale"].sel(stopping_epoch=1), np.sqrt(np.mean(early**2)))
    # A line's slope over its root mean square, and a sine's: 4·8 over two units of x, four times.
    np.testing.assert_allclose(group["logit_slope"].sel(stopping_epoch=1), np.sqrt(3), rtol=0.01)
    np.testing.assert_allclose(group["logit_slope"].sel(stopping_epoch=64), 4 * np.sqrt(2), rtol=0.01)
    assert float(group["boundary_error"].sel(stopping_epoch=64, world=0)) == 0
    assert float(group["boundary_error"].sel(stopping_epoch=1, world=0)) == np.mean((early > 0) != (truth > 0))
    assert float(group["boundary_error"].sel(stopping_epoch=1, world=1)) == np.mean((early > 0) != (x + 0.2 > 0))


def test_effective_logits_cover_the_whole_grid_with_roots_and_stopped_descent():
    settings = {
        "soft_ratios": [0.05, 0.5, 1.0], "temperatures": [0.5, 1.0, 5.0], "largest_logit": 10.0, "logits": 21,
        "descent_steps": 20_000, "descent_rate": 1.0,
    }  # fmt: skip
    group = measured(effective_logits, settings)
    assert group["effective_logit"].dims == ("label", "soft_ratio", "temperature", "teacher_logit")
    assert group["threshold"].dims == group["wrong_teacher_limit"].dims == ("soft_ratio", "temperature")
    residual = stationarity.stationarity_residual(
        group["effective_logit"].sel(label=1, soft_ratio=0.5, temperature=5.0).values,
        np.linspace(-10, 10, 21),
        1,
        0.5,
        5.0,
    )
    np.testing.assert_allclose(residual, 0, atol=1e-14)
    # Descent reaches the root where the loss has curvature, and stays behind in the tails of cold teachers.
    warm = group.sel(temperature=1.0, soft_ratio=0.5).sel(teacher_logit=slice(-3, 3))
    np.testing.assert_allclose(warm["descent_logit"], warm["effective_logit"], atol=1e-6)
    cold = group.sel(temperature=0.5, soft_ratio=0.05, label=1).isel(teacher_logit=-1)
    assert float(cold["descent_logit"]) < float(cold["effective_logit"]) - 1
    # Hard labels fix every wrong teacher iff ρ ≤ T/(1 + T): 0.5 at T = 1, and exactly there the limit is 0.
    limit = group["wrong_teacher_limit"]
    assert float(limit.sel(soft_ratio=0.5, temperature=5.0)) > 0 > float(limit.sel(soft_ratio=0.5, temperature=0.5))
    assert float(limit.sel(soft_ratio=0.5, temperature=1.0)) == pytest.approx(0, abs=1e-12)
    assert (limit.sel(soft_ratio=1.0) == -np.inf).all()
    np.testing.assert_allclose(group["label_smoothing"], np.log(2 / np.array([0.05, 0.5, 1.0]) - 1))
    np.testing.assert_allclose(
        group["label_smoothing"].sel(soft_ratio=0.05), group["threshold"].sel(soft_ratio=0.05, temperature=1.0)
    )
