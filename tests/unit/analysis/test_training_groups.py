"""Times of settling, of made-up paths."""

import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis.flow import CONVERGED, largest_step, settling_time

TIMES = np.append(0.0, np.logspace(-1, 6, 71))


def path(values):
    return xr.DataArray(values, dims="time", coords={"time": TIMES})


def test_the_time_of_a_power_law_is_exact():
    distance = path(np.append(1.0, TIMES[1:] ** -0.5))
    assert float(settling_time(distance)) == pytest.approx(CONVERGED**-2)


def test_a_path_that_leaves_again_settles_at_its_last_return():
    values = np.append(1.0, TIMES[1:] ** -0.5)
    values[-3] = 0.5
    assert TIMES[-3] < float(settling_time(path(values))) < TIMES[-2]


def test_a_path_that_never_settles_has_the_last_time_as_lower_limit():
    assert float(settling_time(path(np.ones(len(TIMES))))) == TIMES[-1]
    assert float(settling_time(path(np.zeros(len(TIMES))))) == 0


def test_the_largest_step_is_8_over_the_largest_curvature():
    coords = {"loss_scale": ["raw", "t_squared"], "soft_ratio": [0.5, 1.0], "temperature": [2.0]}
    step = largest_step(xr.DataArray(np.zeros((2, 2, 1)), coords=coords)).transpose(*coords)
    assert step.values.ravel() == pytest.approx([8 / 0.625, 8 / 0.25, 8.0, 8.0])
