"""Minimisers of the distillation loss other than the one that descent is biased towards (PL19 §5.2)."""

import numpy as np
import numpy.typing as npt


def reduced_bias_weights(
    weights: npt.ArrayLike, inputs: npt.ArrayLike, deltas: npt.ArrayLike, gaussian: npt.ArrayLike
) -> np.ndarray:
    """Weights w_δ = ŵ + δ·‖ŵ‖·q/‖q‖ with a random direction q that the inputs do not see (PL19 §5.2).

    Every w_δ has the training logits of ŵ and so the same distillation loss; δ = 0 is ŵ, |δ| → ∞ the
    direction ±q.

    Parameters
    ----------
    weights : array, shape (..., d)
        Distilled weights ŵ.
    inputs : array, shape (..., n, d)
        Transfer sets, one row per point; repeated or dependent points are allowed.
    deltas : array, shape (k,)
        Length of the added part in units of ‖ŵ‖: plain multipliers, not percent.
    gaussian : array, shape (..., d)
        Standard normal vectors; q is their projection onto the orthogonal complement of the inputs' span.

    Returns
    -------
    weights : array, shape (k, ..., d)

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, and inputs that span the whole space.
    """
    weights, inputs = np.asarray(weights, np.float64), np.asarray(inputs, np.float64)
    deltas, gaussian = np.asarray(deltas, np.float64), np.asarray(gaussian, np.float64)
    if inputs.ndim < 2 or 0 in inputs.shape[-2:]:
        raise ValueError(f"inputs has shape {inputs.shape}; it must be (..., n, d) with n and d at least 1")
    dim = inputs.shape[-1]
    for name, vector in (("weights", weights), ("gaussian", gaussian)):
        if vector.shape[-1:] != (dim,):
            raise ValueError(f"{name} has shape {vector.shape}; it must be (..., {dim}) for these inputs")
    if deltas.ndim != 1:
        raise ValueError(f"deltas has shape {deltas.shape}; it must be one-dimensional")
    if not all(np.all(np.isfinite(a)) for a in (weights, inputs, deltas, gaussian)):
        raise ValueError("weights, inputs, deltas or gaussian holds a value that is not finite")

    _, singular_values, directions = np.linalg.svd(inputs, full_matrices=False)
    rounding = max(inputs.shape[-2:]) * np.finfo(np.float64).eps * singular_values[..., :1]
    seen = singular_values > rounding
    if np.any(np.count_nonzero(seen, axis=-1) == dim):
        raise ValueError(f"inputs spans all {dim} dimensions, so no direction is left for the reduced bias")

    unseen = gaussian
    # A second projection removes what rounding left of the first, which a large δ would show in the logits.
    for _ in range(2):
        inside = np.where(seen, np.matvec(directions, unseen), 0.0)
        unseen = unseen - np.vecmat(inside, directions)
    unit = unseen / np.linalg.norm(unseen, axis=-1, keepdims=True)
    added = np.linalg.norm(weights, axis=-1, keepdims=True) * unit
    return weights + deltas.reshape(-1, *[1] * added.ndim) * added
