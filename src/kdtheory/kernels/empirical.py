"""Finite fully connected ReLU networks in NTK parameterization, and their empirical tangent kernel."""

from functools import partial
from itertools import accumulate, pairwise
from math import prod

import jax
import jax.numpy as jnp

from kdtheory.kernels.devices import configure_jax

configure_jax()

# Weights and biases of each layer.
Parameters = list[tuple[jax.Array, jax.Array]]


@partial(jax.jit, static_argnames=("dim", "width", "depth"))
def init_network(key: jax.Array, dim: int, width: int, depth: int) -> Parameters:
    """Draw the parameters of a network with `depth` hidden layers and one output (JZ20 Eq. 1, σ_W = σ_b = 1).

    Parameters
    ----------
    key : jax.random key
    dim, width, depth : int
        Input dimension, width of each hidden layer, number of hidden layers; 1 or more.

    Returns
    -------
    params : list of (W, b)
        Independent standard normals, one pair for each of the depth + 1 layers: W of shape (fan_in, fan_out),
        b of shape (fan_out,).

    Raises
    ------
    ValueError
        For a size below 1.
    """
    for name, size in (("dim", dim), ("width", width), ("depth", depth)):
        if size < 1:
            raise ValueError(f"{name} is {size}; it must be 1 or more")
    sizes = [dim, *[width] * depth, 1]
    shapes = [(fan_in + 1, fan_out) for fan_in, fan_out in pairwise(sizes)]
    # One draw for all layers: XLA takes most of a second to compile its generator, each time that it occurs.
    ends = list(accumulate(prod(shape) for shape in shapes))
    draws = jnp.split(jax.random.normal(key, (ends[-1],), jnp.float64), ends[:-1])
    layers = [draw.reshape(shape) for draw, shape in zip(draws, shapes, strict=True)]
    return [(layer[:-1], layer[-1]) for layer in layers]


def apply_network(params: Parameters, x: jax.typing.ArrayLike) -> jax.Array:
    """Evaluate the network: logits f(x; w).

    Parameters
    ----------
    params : list of (W, b)
        As :func:`init_network` draws them; a layer is h ↦ h W/√fan_in + b, with a ReLU between layers.
    x : array, shape (n, dim)

    Returns
    -------
    logits : jax array, shape (n,)
    """
    hidden = x
    for weight, bias in params[:-1]:
        hidden = jax.nn.relu(_affine(hidden, weight, bias))
    return _affine(hidden, *params[-1])[:, 0]


@jax.jit
def empirical_ntk(params: Parameters, x1: jax.typing.ArrayLike, x2: jax.typing.ArrayLike | None = None) -> jax.Array:
    """Tangent kernel ⟨∂f(x)/∂w, ∂f(x′)/∂w⟩ of one network, layer by layer instead of from its Jacobian.

    A layer's weights and bias contribute (⟨h, h′⟩/fan_in + 1)·⟨g, g′⟩, h the layer's inputs and g the derivatives
    of f with respect to its outputs. This costs one matrix product of size n1 × n2 × width for each factor, and
    memory for activations, where the Jacobian needs n × width² numbers.

    Parameters
    ----------
    params : list of (W, b)
        As :func:`init_network` draws them.
    x1 : array, shape (n1, dim)
    x2 : array, shape (n2, dim), optional
        `x1` itself when left out, and the result is exactly symmetric then.

    Returns
    -------
    ntk : jax array, shape (n1, n2)
    """
    factors1 = _factors(params, x1)
    factors2 = factors1 if x2 is None else _factors(params, x2)
    ntk = sum(
        (inputs1 @ inputs2.T / inputs1.shape[1] + 1) * (slopes1 @ slopes2.T)
        for (inputs1, slopes1), (inputs2, slopes2) in zip(factors1, factors2, strict=True)
    )
    # A matrix product may round entry (i, j) and entry (j, i) differently.
    return (ntk + ntk.T) / 2 if x2 is None else ntk


def _factors(params, x):
    """For each layer from last to first: its inputs (n, fan_in) and ∂f/∂(its outputs) (n, fan_out)."""
    inputs = [jnp.asarray(x)]
    for weight, bias in params[:-1]:
        inputs.append(jax.nn.relu(_affine(inputs[-1], weight, bias)))
    slopes = jnp.ones((len(inputs[0]), 1))
    factors = [(inputs[-1], slopes)]
    for (weight, _), active, before in zip(params[:0:-1], inputs[:0:-1], inputs[-2::-1], strict=True):
        slopes = (slopes @ weight.T / jnp.sqrt(weight.shape[0])) * (active > 0)
        factors.append((before, slopes))
    return factors


def _affine(hidden, weight, bias):
    return hidden @ weight / jnp.sqrt(weight.shape[0]) + bias
