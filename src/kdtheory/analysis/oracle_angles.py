"""JZ20 Theorem 1 on the test points of kernel students: signed angles, bounds, and the theorem point by point."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.theory.feature_angles import (
    angle_survival,
    cosine_to_features,
    error_region,
    printed_risk_bound,
    risk_bound,
)


@dataclass(frozen=True)
class InnerProducts:
    """Inner products of the weight changes of an oracle (Δw*), the zero function (Δw_z) and students (Δŵ_n).

    All are ``xarray.DataArray``; those with the student have a dimension ``n_train``, those with the oracle or the
    oracle's zero function a dimension ``oracle_size``.
    """

    oracle_oracle: xr.DataArray
    oracle_zero: xr.DataArray
    zero_zero: xr.DataArray
    oracle_student: xr.DataArray
    zero_student: xr.DataArray
    student_student: xr.DataArray

    def angle_from_zero(self):
        """Return the signed α_n ∈ [0, π] between Δw* − Δw_z and Δŵ_n − Δw_z."""
        inner = self.oracle_student - self.oracle_zero - self.zero_student + self.zero_zero
        student = self.student_student - 2 * self.zero_student + self.zero_zero
        return angle_between(inner, self.squared_distance(), student)

    def angle(self):
        """Return the signed α′_n ∈ [0, π] between Δw* and Δŵ_n."""
        return angle_between(self.oracle_student, self.oracle_oracle, self.student_student)

    def squared_distance(self):
        """Return ‖Δw* − Δw_z‖²."""
        return self.oracle_oracle - 2 * self.oracle_zero + self.zero_zero


def feature_cosines(squared_distance, targets, kernel_diagonal):
    """Return the cosines between Δw* − Δw_z and the features of the test points.

    Parameters
    ----------
    squared_distance : xarray.DataArray
        ‖Δw* − Δw_z‖².
    targets : xarray.DataArray
        z_eff(…, test), which oracle and zero function interpolate at these points.
    kernel_diagonal : xarray.DataArray
        Θ(x, x), (…, test).
    """
    return xr.apply_ufunc(cosine_to_features, targets, np.sqrt(squared_distance), kernel_diagonal)


def survival(cosines, beta):
    """Return p(β) of the test points, (…, beta)."""
    return _by_sample(angle_survival, cosines, beta, "beta")


def bounds(cosines, angle):
    """Return Theorem 1's bound on the transfer risk with the signed angle, and as it is printed."""
    return _by_sample(risk_bound, cosines, angle, "n_train"), _by_sample(printed_risk_bound, cosines, angle, "n_train")


def linear_bound(cosines, sizes):
    """Return min over β of p(β) + p(π/2 − β)^n, the bound of PL19 Theorem 3 on these features.

    On [a_i, a_{i+1}), between the angles of two points, the first term is constant and the second one grows: the
    minimum is at 0 or at one of the points.
    """
    return _by_sample(_linear_bound, cosines, sizes, "n_train")


def outside_region(cosines, angle, misclassified):
    """Return how many misclassified test points lie where Theorem 1 says that there are none, (…, n_train)."""
    allowed = xr.apply_ufunc(error_region, cosines, angle)
    return (misclassified & ~allowed).sum("test").astype(np.int64)


def angle_between(inner, one, other):
    """Return the signed angle in [0, π] of two vectors with a given inner product and squared norms."""
    return np.arccos(np.clip(inner / np.sqrt(one * other), -1.0, 1.0))


def _by_sample(function, cosines, arguments, dim):
    return xr.apply_ufunc(
        function, cosines, arguments, input_core_dims=[["test"], [dim]], output_core_dims=[[dim]], vectorize=True
    )


def _linear_bound(cosines, sizes):
    cosines = np.sort(np.minimum(np.abs(cosines), 1.0))
    # How many points are farther than each: not by way of its angle, whose cosine can round to either side of it.
    farther = np.append(angle_survival(cosines, 0.0), np.searchsorted(cosines, cosines) / len(cosines))
    beta = np.append(0.0, np.arccos(cosines))
    seen = angle_survival(cosines, np.clip(np.pi / 2 - beta, 0.0, None))
    return np.min(farther[:, None] + seen[:, None] ** sizes, axis=0)
