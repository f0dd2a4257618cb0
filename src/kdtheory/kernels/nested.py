"""Kernel regression on every prefix of a training set from one Cholesky factorisation."""

from copy import copy

import numpy as np
import numpy.typing as npt
from scipy.linalg.blas import dtrsm
from scipy.linalg.lapack import dpotrf

from kdtheory.kernels.devices import on_gpu
from kdtheory.theory.arguments import integers, real

# Largest block handed to LAPACK: OpenBLAS 0.3.30 on two threads dies of a segmentation fault from about 15,000 on.
PANEL = 4096


class NotPositiveDefiniteError(np.linalg.LinAlgError):
    """A Gram matrix that is not positive definite in float64, for instance because a point occurs twice.

    Attributes
    ----------
    minor : int
        Order n of the first leading minor Θ_n that is not positive definite: the n-th point is to blame.
    pivot : float
        Its pivot, Θ(x_n, x_n) − k_nᵀ Θ_{n−1}⁻¹ k_n, the smallest up to there.
    """

    def __init__(self, minor: int, pivot: float) -> None:
        super().__init__(minor, pivot)
        self.minor = minor
        self.pivot = pivot

    def __str__(self):
        """Name the minor and its pivot."""
        return f"the leading minor of order {self.minor} is not positive definite: its pivot is {self.pivot:.3g}"


class NestedRegression:
    """Interpolate targets with a kernel, on the first m training points for every m = 1..n at once.

    The weight change Δŵ of a wide network trained to convergence on m points (JZ20 Eq. 4) has squared norm
    Δzᵀ Θ_m⁻¹ Δz (Eq. 9) and moves the logit at x by k_xᵀ Θ_m⁻¹ Δz. With Θ = L Lᵀ, every leading minor Θ_m has a
    leading block of L for its factor, so in the orthonormal basis y = L⁻¹ Δz all of these are partial sums over
    i ≤ m. Each column of targets (soft ratio, temperature, stopping epoch) costs one triangular solve. No jitter is
    ever added.

    Parameters
    ----------
    gram : array, shape (n, n)
        Symmetric positive definite kernel matrix of the training points; not modified. The factor is the only
        other array of its size.
    targets : array, shape (n,) or (n, k)
        Δz = target logit − logit at initialisation.

    Attributes
    ----------
    coefficients : array, shape (n,) or (n, k)
        y = L⁻¹ Δz, coordinates of the weight change in the basis that the training points span in their order.

    Raises
    ------
    ValueError
        For shapes that do not fit, a Gram matrix that is not symmetric, values that are not finite (effective
        logits at ρ = 0 are infinite: no regression fits them).
    NotPositiveDefiniteError
        When a leading minor is not positive definite, even if only by rounding.
    """

    def __init__(self, gram: npt.ArrayLike, targets: npt.ArrayLike) -> None:
        gram = real("gram", gram)
        _check_gram(gram)
        targets = _checked_targets(targets, len(gram))
        self._factor = _cholesky(gram)
        self.coefficients = np.asarray(self._solve(targets))

    def with_targets(self, targets: npt.ArrayLike) -> "NestedRegression":
        """Return a regression of other targets, (n,) or (n, k), on the same Gram matrix, sharing its factor."""
        other = copy(self)
        other.coefficients = np.asarray(self._solve(_checked_targets(targets, len(self._factor))))
        return other

    def norms(self) -> np.ndarray:
        """Return ‖Δŵ_m‖₂ = √(Δzᵀ Θ_m⁻¹ Δz) for every prefix m = 1..n (JZ20 Eq. 9), shape (n,) or (n, k)."""
        return np.sqrt(np.cumsum(self.coefficients**2, axis=0))

    def inner(self, other: "NestedRegression") -> np.ndarray:
        """Return ⟨a, b⟩ = aᵀ Θ_m⁻¹ b of two weight changes for every prefix m = 1..n.

        Parameters
        ----------
        other : NestedRegression
            On the same Gram matrix, with targets of the same shape. One made by :meth:`with_targets` saves the
            second factorisation.

        Returns
        -------
        inner : array, shape (n,) or (n, k)
            Columns paired.

        Raises
        ------
        ValueError
            When the Gram matrices or the targets' shapes differ.
        """
        if self.coefficients.shape != other.coefficients.shape:
            raise ValueError(
                f"other has targets of shape {other.coefficients.shape}; it must be {self.coefficients.shape}"
            )
        if self._factor is not other._factor and not np.array_equal(self._factor, other._factor):
            raise ValueError("other is a regression on another Gram matrix")
        return np.cumsum(self.coefficients * other.coefficients, axis=0)

    def weights(self, size: int) -> np.ndarray:
        """Return Θ_m⁻¹ Δz of one prefix, with which Δz(x) = k_xᵀ Θ_m⁻¹ Δz: cheaper than `predict` at many points.

        Parameters
        ----------
        size : int
            The prefix m in 1..n.

        Returns
        -------
        weights : array, shape (m,) or (m, k)
            On the CPU.

        Raises
        ------
        ValueError
            The size is out of range.
        """
        if not 1 <= size <= len(self._factor):
            raise ValueError(f"size is {size}; it must lie in 1..{len(self._factor)}")
        coefficients = self.coefficients[:size]
        # As rows, (yᵀ L⁻¹)ᵀ = L⁻ᵀ y.
        rows = coefficients.reshape(size, -1).T
        solved = dtrsm(1.0, np.asarray(self._factor[:size, :size]), rows, side=1, lower=1, trans_a=0)
        return solved.T.reshape(coefficients.shape)

    def predict(self, cross: npt.ArrayLike, sizes: npt.ArrayLike) -> np.ndarray:
        """Return Δz(x) = k_xᵀ Θ_m⁻¹ Δz at test points for the given prefixes; the student's logit is z₀(x) + Δz(x).

        Parameters
        ----------
        cross : array, shape (n, n_test)
            Kernel between training points (rows) and test points; not modified.
        sizes : sequence of int
            Prefixes m in 1..n, in any order.

        Returns
        -------
        change : array, shape (len(sizes), n_test) or (len(sizes), n_test, k)

        Raises
        ------
        ValueError
            For shapes that do not fit, values that are not finite, sizes out of range.
        """
        n_train = len(self._factor)
        cross = real("cross", cross)
        if cross.ndim != 2 or cross.shape[0] != n_train:
            raise ValueError(f"cross has shape {cross.shape}; it must be ({n_train}, n_test)")
        if not np.all(np.isfinite(cross)):
            raise ValueError("cross holds a value that is not finite")
        sizes = integers("sizes", sizes)
        if sizes.ndim != 1:
            raise ValueError(f"sizes has shape {sizes.shape}; it must be a one-dimensional sequence of integers")
        if np.any((sizes < 1) | (sizes > n_train)):
            raise ValueError(f"sizes is {sizes}; it must lie in 1..{n_train}")

        basis = self._solve(cross)
        change = np.empty((len(sizes), *cross.shape[1:], *self.coefficients.shape[1:]))
        total, done = np.zeros(change.shape[1:]), 0
        for position in np.argsort(sizes):
            step = slice(done, sizes[position])
            total += _product(basis, self.coefficients, step)
            change[position] = total
            done = sizes[position]
        return change

    def _solve(self, right):
        """L⁻¹ times a vector or matrix, which is copied; the result stays on the device."""
        if on_gpu():
            from kdtheory.kernels import accelerated

            return accelerated.solve(self._factor, right)
        # As (rightᵀ L⁻ᵀ)ᵀ: BLAS then keeps the order of rows.
        rows = right.reshape(len(right), -1).T
        return dtrsm(1.0, self._factor, rows, side=1, lower=1, trans_a=1).T.reshape(right.shape)


def _product(basis, coefficients, step):
    """Sum over a slice of rows, basisᵀ coefficients."""
    if on_gpu():
        from kdtheory.kernels import accelerated

        return np.asarray(accelerated.product(basis, coefficients, step.start, step.stop - step.start))
    return basis[step].T @ coefficients[step]


def _cholesky(gram):
    """Lower factor, on the device; on the CPU in a Fortran-ordered array, whose upper triangle means nothing."""
    noise = len(gram) * np.finfo(np.float64).eps * np.abs(np.diagonal(gram))
    if on_gpu():
        from kdtheory.kernels import accelerated

        factor = accelerated.cholesky(gram)
        # A GPU does not tell where it failed, so what is below or near the noise is left to the CPU's error.
        if np.all(np.asarray(factor.diagonal()) ** 2 > noise):
            return factor
    factor = gram.copy(order="K")
    if not factor.flags.f_contiguous:
        # LAPACK wants columns in one piece; of a symmetric matrix the transposed view will do.
        factor = factor.T
    failed_minor = _factorise(factor)
    pivots = np.diagonal(factor) ** 2
    if failed_minor:
        # The factorisation ended at a pivot that is not positive, and left it there instead of its root.
        pivots = pivots[:failed_minor]
        pivots[-1] = factor[failed_minor - 1, failed_minor - 1]
    # A pivot this small is the rounding of zero, and what would follow from it is noise.
    lost = np.flatnonzero(pivots <= noise[: len(pivots)])
    if lost.size:
        raise NotPositiveDefiniteError(int(lost[0]) + 1, float(pivots[lost[0]]))
    return factor


def _factorise(matrix):
    """Overwrite the lower triangle of a symmetric matrix by its factor; return the minor that fails, or 0."""
    for start in range(0, len(matrix), PANEL):
        panel, below = slice(start, start + PANEL), slice(start + PANEL, None)
        if start > 0:
            matrix[start:, panel] -= matrix[start:, :start] @ matrix[panel, :start].T
        corner, failed_minor = dpotrf(matrix[panel, panel], lower=1, clean=0, overwrite_a=1)
        matrix[panel, panel] = corner
        if failed_minor:
            return start + failed_minor
        if start + PANEL < len(matrix):
            matrix[below, panel] = dtrsm(1.0, corner, matrix[below, panel], side=1, lower=1, trans_a=1)
    return 0


def _check_gram(gram):
    if gram.ndim != 2 or gram.shape[0] != gram.shape[1] or 0 in gram.shape:
        raise ValueError(f"gram has shape {gram.shape}; it must be (n, n) with n at least 1")
    # Two products with one vector see every entry, at the price of reading the matrix twice and no memory.
    probe = np.linspace(1, 2, len(gram))
    along_rows, along_columns = gram @ probe, probe @ gram
    if not np.all(np.isfinite(along_rows)):
        raise ValueError("gram holds a value that is not finite")
    if np.max(np.abs(along_rows - along_columns)) > 1e-9 * len(gram) * np.max(np.abs(np.diagonal(gram))):
        raise ValueError("gram is not symmetric")


def _checked_targets(targets, n_train):
    targets = real("targets", targets)
    if targets.ndim not in (1, 2) or len(targets) != n_train or 0 in targets.shape:
        raise ValueError(f"targets has shape {targets.shape}; it must be ({n_train},) or ({n_train}, k)")
    if not np.all(np.isfinite(targets)):
        raise ValueError("targets holds a value that is not finite")
    return targets
