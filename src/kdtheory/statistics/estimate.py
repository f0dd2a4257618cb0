"""What an estimator returns: a value, its standard error, its degrees of freedom and its skewness."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

# Below it the transformation is the identity to rounding.
_NO_SKEWNESS = 1e-6


@dataclass(frozen=True)
class Estimate:
    """Estimates whose deviation, over their standard error, follows Student's t once its skewness is removed.

    Risks, norms and counts of errors are skewed to the right. With 20 worlds whose coefficient of variation is 0.3 the
    plain t puts the upper 95 % limit of the mean below the truth in 7.6 % of the cases in place of 5 %. Hall's
    monotone transformation of t removes the first-order effect of skewness; without skewness it changes nothing.

    Parameters
    ----------
    value : array_like, shape (...)
        NaN where nothing was measured.
    standard_error : array_like, shape (...)
        Not negative; NaN where fewer than two worlds were measured.
    freedom : array_like, shape (...)
        Degrees of freedom: the number of worlds less one.
    skewness : array_like, shape (...)
        Skewness of the estimates' own distribution: for a mean that of the worlds over the root of their number.

    References
    ----------
    Hall (1992), On the removal of skewness by transformation.
    """

    value: np.ndarray
    standard_error: np.ndarray
    freedom: np.ndarray
    skewness: np.ndarray = 0.0

    def __post_init__(self):
        """Make all of them floats of one shape."""
        names = [field.name for field in fields(self)]
        parts = np.broadcast_arrays(*(getattr(self, name) for name in names))
        for name, part in zip(names, parts, strict=True):
            object.__setattr__(self, name, np.asarray(part, dtype=float))

    @property
    def measured(self) -> np.ndarray:
        """Whether there are a value and a standard error, shape (...)."""
        return np.isfinite(self.value) & np.isfinite(self.standard_error) & (self.freedom >= 1)

    def __getitem__(self, key) -> "Estimate":
        """Return the estimates at an index, a slice or a mask."""
        return Estimate(self.value[key], self.standard_error[key], self.freedom[key], self.skewness[key])

    def __neg__(self) -> "Estimate":
        """Return the estimate of the negative."""
        return Estimate(-self.value, self.standard_error, self.freedom, -self.skewness)

    def minus(self, constant: ArrayLike) -> "Estimate":
        """Return the estimate less a constant that is known without error."""
        shifted = self.value - np.asarray(constant, dtype=float)
        return Estimate(shifted, self.standard_error, self.freedom, self.skewness)

    def interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return the two-sided confidence interval, (low, high), that covers with probability ``level``."""
        return self.lower((1 + level) / 2), self.upper((1 + level) / 2)

    def lower(self, level: float = 0.95) -> np.ndarray:
        """Return the one-sided limit that lies below the true value with probability ``level``."""
        return self._limit(level)

    def upper(self, level: float = 0.95) -> np.ndarray:
        """Return the one-sided limit that lies above the true value with probability ``level``."""
        return self._limit(1 - level)

    def p_above(self, threshold: ArrayLike = 0.0) -> np.ndarray:
        """Return the p-value of "not above the threshold" against "above it": small where the value is larger."""
        return self._tail(-self._score(threshold))

    def p_below(self, threshold: ArrayLike = 0.0) -> np.ndarray:
        """Return the p-value of "not below the threshold" against "below it": small where the value is smaller."""
        return self._tail(self._score(threshold))

    def normal_score(self, threshold: ArrayLike = 0.0) -> np.ndarray:
        """Return the normal quantile of the same probability as the t of the estimate less a threshold."""
        from scipy.special import ndtri

        score = self._score(threshold)
        return np.sign(score) * -ndtri(self._tail(-np.abs(score)))

    def _score(self, threshold):
        """The deviation from a threshold that follows Student's t; without an error its sign alone counts."""
        distance = self.value - np.asarray(threshold, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(distance == 0, 0.0, distance / self.standard_error)
            skewed = np.isfinite(score) & (np.abs(self.skewness) > _NO_SKEWNESS)
            skewness = np.where(skewed, self.skewness, 1.0)
            hall = ((1 + skewness * score / 3) ** 3 - 1) / skewness + skewness / 6
        return np.where(skewed, hall, score)

    def _limit(self, level):
        """The threshold whose score is the quantile at a level."""
        from scipy.special import stdtrit

        quantile = np.where(self.freedom >= 1, stdtrit(np.maximum(self.freedom, 1.0), level), np.nan)
        skewed = np.abs(self.skewness) > _NO_SKEWNESS
        skewness = np.where(skewed, self.skewness, 1.0)
        hall = 3 * (np.cbrt(1 + skewness * (quantile - skewness / 6)) - 1) / skewness
        return self.value - np.where(skewed, hall, quantile) * self.standard_error

    def _tail(self, score):
        from scipy.special import stdtr

        return np.where(self.measured, stdtr(np.maximum(self.freedom, 1.0), score), np.nan)


def joined(estimates: Iterable[Estimate]) -> Estimate:
    """Return several estimates as one of shape (cells,), in their order, for a rule that judges them together."""
    estimates = list(estimates)
    names = [field.name for field in fields(Estimate)]
    return Estimate(*(np.concatenate([np.ravel(getattr(each, name)) for each in estimates]) for name in names))
