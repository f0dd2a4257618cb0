"""Gradient flow of linear students on the distillation loss, followed to its end by an implicit solver."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from kdtheory.theory.convexity import probability_difference, sigmoid_slope

_RELATIVE, _ABSOLUTE = 1e-6, 1e-10
# A state is at rest when what is left of its way is below this share of its length.
_AT_REST = 1e-9


def soft_flow(inputs: ArrayLike, teacher_logits: ArrayLike, *, time: float) -> np.ndarray:
    """Return the weights of gradient flow from zero, w' = −∇L₁(w), at a time (PL19 eq. 1 and 3, N = 1; eq. 8).

    The slowest logit approaches the teacher's like exp(−σ′t), with σ′ the slope of the sigmoid there, so that descent
    needs e^|z| steps for a logit z. Radau's method, whose steps grow without a limit, needs about a hundred for any z.

    Parameters
    ----------
    inputs : array_like, shape (n, d)
        A transfer set, one row per point.
    teacher_logits : array_like, shape (n,)
        Logits of the teacher. The state is the student's logits where there are at most d points: a logit that is
        almost the teacher's then loses no digit by the others.
    time : float
        Positive, in units of 1/L, L = ‖X‖₂²/(4n) the smoothness of the loss: one step of `soft_descent` is about 1.

    Returns
    -------
    ndarray, shape (d,)

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, a time that is not positive.
    ArithmeticError
        The solver neither reached the time nor came to rest before.
    """
    inputs, teacher_logits = np.asarray(inputs, np.float64), np.asarray(teacher_logits, np.float64)
    if inputs.ndim != 2 or teacher_logits.shape != inputs.shape[:1]:
        raise ValueError(f"inputs {inputs.shape} and teacher_logits {teacher_logits.shape} must be (n, d) and (n,)")
    if not (np.isfinite(inputs).all() and np.isfinite(teacher_logits).all() and 0 < time < np.inf):
        raise ValueError("inputs and teacher_logits must be finite, and time positive and finite")
    n_train, dim = inputs.shape
    # L/n times the time unit is 4/‖X‖₂²: the flow of both states is a matrix times the residuals.
    rate = 4 / np.linalg.norm(inputs, 2) ** 2
    of_logits = n_train <= dim
    to_logits = np.eye(n_train) if of_logits else inputs
    flow = -rate * (inputs @ inputs.T if of_logits else inputs.T)

    def velocity(_, state):
        return flow @ probability_difference(to_logits @ state, teacher_logits)

    def jacobian(_, state):
        return (flow * sigmoid_slope(to_logits @ state)) @ to_logits

    solved = solve_ivp(
        velocity,
        (0.0, time),
        np.zeros(to_logits.shape[1]),
        method="Radau",
        jac=jacobian,
        rtol=_RELATIVE,
        atol=_ABSOLUTE,
    )
    end = solved.y[:, -1]
    if not solved.success:
        # Steps as long as the flow's age turn the rounding of a state at rest into motion, which no step can follow.
        left = np.linalg.lstsq(jacobian(None, end), velocity(None, end), rcond=None)[0]
        if not np.linalg.norm(left) <= _AT_REST * np.linalg.norm(end):
            raise ArithmeticError(f"gradient flow was not followed to the time {time:g}: {solved.message}")
    return np.linalg.lstsq(inputs, end, rcond=None)[0] if of_logits else end
