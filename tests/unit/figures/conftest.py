"""Groups for the figures: the samples, made ragged, with risks of exactly zero and below any axis."""

import numpy as np
import pytest
from samples.linear import linear_groups


@pytest.fixture
def groups():
    """Groups by name."""
    made = linear_groups()
    made["linear/alignment"]["scaled_bound_proved"][:] = np.inf
    margin, convergence, deep = (made[f"linear/{name}"] for name in ("margin", "convergence", "deep"))
    margin["risk"][1, 3] = np.nan
    margin["risk"][1, 5] = 1e-20
    convergence["relative_distance"][3, :, 0, -1] = 0.0
    deep["steps_by_start"][0, 1, 2, 1] = -1
    deep["distance_by_start"][0, :, 2] = 1e-9
    for name in ("path_norm", "path_off_span", "path_off_span_law"):
        deep[name][0, :, :, -1] = np.nan
    return made
