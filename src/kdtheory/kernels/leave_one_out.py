"""Leave-one-out residuals of a kernel regression, from the factor that it has already."""

import numpy as np

from kdtheory.kernels.nested import NestedRegression

# Columns of the inverse that are held at once.
_PANEL = 1024


def leave_one_out_residuals(regression: NestedRegression) -> np.ndarray:
    """Return Δz_i less its prediction from all other points, (Θ⁻¹Δz)_i/(Θ⁻¹)_ii.

    Parameters
    ----------
    regression : NestedRegression
        On n points; with a ridge in its Gram matrix, the residuals are those of ridge regression.

    Returns
    -------
    ndarray, shape (n,) or (n, k), as the regression's targets
        n³ multiplications, in panels: no second matrix of size n × n is held.
    """
    n = len(regression.coefficients)
    residuals = np.empty(regression.coefficients.shape)
    for start in range(0, n, _PANEL):
        columns = np.arange(start, min(start + _PANEL, n))
        unit = np.zeros((n, len(columns)))
        unit[columns, columns - start] = 1.0
        # L⁻¹ of the unit vectors: Θ⁻¹ = L⁻ᵀL⁻¹.
        inverse = regression.with_targets(unit).coefficients
        diagonal = np.einsum("ij,ij->j", inverse, inverse)
        solved = inverse.T @ regression.coefficients
        residuals[columns] = (solved.T / diagonal).T
    return residuals
