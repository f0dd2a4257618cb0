"""A student that exceeds the bound of JZ20 Eq. 7 as it is printed, with the acute angle in place of the signed one.

The features are those of a circle, φ(t) = (cos t, sin t), and the start's logits z₀ = cos t, so that Δw_z = (−1, 0).
The effective logits are −0.2·z₀: Δw* = 1.2·Δw_z. The one training point lies near a zero of z₀, so that the student
remains what it was at its start, the opposite of its teacher: α_n is nearly π and its acute angle nearly 0.
"""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.feature_angles import cosine_to_features, printed_risk_bound, risk_bound

_POINTS = 1000
_TRAINING_POINT = np.array([0.01, 1.0])


def counterexample():
    """Return the built student's risk, the two bounds and its angle, by variable name."""
    turn = 2 * np.pi * (np.arange(_POINTS) + 0.5) / _POINTS
    features = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    zero = np.array([-1.0, 0.0])
    oracle = 1.2 * zero
    trained = _TRAINING_POINT * (_TRAINING_POINT @ oracle) / (_TRAINING_POINT @ _TRAINING_POINT)
    target, student = oracle - zero, trained - zero
    risk = np.mean((features @ target) * (features @ student) < 0)
    angle = signed_angle(student, target)
    cosines = cosine_to_features(features @ target, np.linalg.norm(target), np.ones(_POINTS))
    measured = {
        "risk": (risk, "transfer risk of a student that is built to exceed Eq. 7", "JZ20 Eq. 7"),
        "risk_bound_printed": (printed_risk_bound(cosines, angle), "its bound with the acute angle", "JZ20 Eq. 7"),
        "risk_bound": (risk_bound(cosines, angle), "its bound with the signed angle", "JZ20 Theorem 1"),
        "angle": (angle, "its signed angle to the oracle from the zero function", "JZ20 Theorem 1", "rad"),
    }
    return {
        f"counterexample_{name}": labelled(xr.DataArray(float(number)), *label)
        for name, (number, *label) in measured.items()
    }
