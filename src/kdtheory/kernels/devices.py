"""Where JAX computes: the environment variable KDTHEORY_DEVICE is auto (a GPU when there is one), cpu or gpu."""

import os

import jax

from kdtheory.device_choice import device_choice


def configure_jax():
    """Choose the device and turn 64 bits on; to be called before the first JAX computation of the process.

    Every module that computes with JAX calls it when it is imported. In 32 bits the Cholesky factorisation of a
    kernel fails at about 2000 points.

    Raises
    ------
    ValueError
        When KDTHEORY_DEVICE is none of auto, cpu, gpu.
    RuntimeError
        When it is gpu and JAX finds none.
    """
    choice = device_choice()
    # Jobs share a GPU, and the first one would take three quarters of its memory.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    jax.config.update("jax_enable_x64", True)
    if choice == "cpu":
        jax.config.update("jax_platforms", "cpu")
    elif choice == "gpu":
        try:
            jax.devices("gpu")
        except RuntimeError as error:
            raise RuntimeError("KDTHEORY_DEVICE is gpu, but JAX finds no GPU; use auto or cpu") from error


def device_name():
    """Return the device that JAX computes on, as a result's provenance records it: "cpu" or the GPU's model."""
    return jax.devices()[0].device_kind
