"""What an estimator returns: a value, its standard error and its degrees of freedom."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Estimate:
    """Estimates whose deviation, over their standard error, follows Student's t.

    Parameters
    ----------
    value : array_like, shape (...)
        NaN where nothing was measured.
    standard_error : array_like, shape (...)
        Not negative; NaN where fewer than two worlds were measured.
    freedom : array_like, shape (...)
        Degrees of freedom: the number of worlds less one.
    """

    value: np.ndarray
    standard_error: np.ndarray
    freedom: np.ndarray

    def __post_init__(self):
        """Make the three floats of one shape."""
        parts = np.broadcast_arrays(self.value, self.standard_error, self.freedom)
        for name, part in zip(("value", "standard_error", "freedom"), parts, strict=True):
            object.__setattr__(self, name, np.asarray(part, dtype=float))

    @property
    def measured(self) -> np.ndarray:
        """Whether there are a value and a standard error, shape (...)."""
        return np.isfinite(self.value) & np.isfinite(self.standard_error) & (self.freedom >= 1)

    def __getitem__(self, key) -> "Estimate":
        """Return the estimates at an index, a slice or a mask."""
        return Estimate(self.value[key], self.standard_error[key], self.freedom[key])

    def __neg__(self) -> "Estimate":
        """Return the estimate of the negative."""
        return Estimate(-self.value, self.standard_error, self.freedom)

    def minus(self, constant: ArrayLike) -> "Estimate":
        """Return the estimate less a constant that is known without error."""
        return Estimate(self.value - np.asarray(constant, dtype=float), self.standard_error, self.freedom)

    def interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return the two-sided confidence interval, (low, high), that covers with probability ``level``."""
        return self.lower((1 + level) / 2), self.upper((1 + level) / 2)

    def lower(self, level: float = 0.95) -> np.ndarray:
        """Return the one-sided limit that lies below the true value with probability ``level``."""
        return self.value - self._quantile(level) * self.standard_error

    def upper(self, level: float = 0.95) -> np.ndarray:
        """Return the one-sided limit that lies above the true value with probability ``level``."""
        return self.value + self._quantile(level) * self.standard_error

    def p_above(self, threshold: ArrayLike = 0.0) -> np.ndarray:
        """Return the p-value of "not above the threshold" against "above it": small where the value is larger."""
        return self._tail(np.asarray(threshold, dtype=float) - self.value)

    def p_below(self, threshold: ArrayLike = 0.0) -> np.ndarray:
        """Return the p-value of "not below the threshold" against "below it": small where the value is smaller."""
        return self._tail(self.value - np.asarray(threshold, dtype=float))

    def normal_score(self, threshold: ArrayLike = 0.0) -> np.ndarray:
        """Return the normal quantile of the same probability as the t of the estimate less a threshold."""
        from scipy.special import ndtri

        distance = self.value - np.asarray(threshold, dtype=float)
        return np.sign(distance) * -ndtri(self._tail(-np.abs(distance)))

    def _quantile(self, level):
        from scipy.special import stdtrit

        return np.where(self.freedom >= 1, stdtrit(np.maximum(self.freedom, 1.0), level), np.nan)

    def _tail(self, distance):
        """Probability of a t below the distance in standard errors; without an error the sign alone decides."""
        from scipy.special import stdtr

        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(distance == 0, 0.0, distance / self.standard_error)
        p_value = stdtr(np.maximum(self.freedom, 1.0), score)
        return np.where(self.measured, p_value, np.nan)


def joined(estimates: Iterable[Estimate]) -> Estimate:
    """Return several estimates as one of shape (cells,), in their order, for a rule that judges them together."""
    estimates = list(estimates)
    names = ("value", "standard_error", "freedom")
    return Estimate(*(np.concatenate([np.ravel(getattr(each, name)) for each in estimates]) for name in names))
