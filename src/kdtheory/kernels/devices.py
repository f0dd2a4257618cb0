"""Where kernels and networks are computed: KDTHEORY_DEVICE is auto (a GPU when there is one), cpu or gpu.

JAX is imported only where it computes: kernels and regressions on a machine without a GPU do not pay for its import.
"""

import os
from functools import cache
from importlib.util import find_spec

from kdtheory.jobs.device import device_choice


def configure_jax() -> None:
    """Choose the device and turn 64 bits on; to be called before the first JAX computation of the process.

    Every module that computes with JAX calls it when it is imported. In 32 bits the Cholesky factorisation of a
    kernel fails at about 2000 points.

    Raises
    ------
    ValueError
        When KDTHEORY_DEVICE is not auto, cpu or gpu.
    RuntimeError
        When it is gpu and JAX finds none.
    """
    choice = device_choice()
    # Jobs share a GPU, and the first one would take three quarters of its memory.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax

    jax.config.update("jax_enable_x64", True)
    if choice == "cpu":
        jax.config.update("jax_platforms", "cpu")
    elif choice == "gpu":
        try:
            jax.devices("gpu")
        except RuntimeError as error:
            raise RuntimeError("KDTHEORY_DEVICE is gpu, but JAX finds no GPU; use auto or cpu") from error


@cache
def on_gpu() -> bool:
    """Return whether this process computes on a GPU; the errors are those of :func:`configure_jax`.

    JAX reaches a GPU through a plugin. Where none is installed, the answer takes no import of JAX.
    """
    choice = device_choice()
    if choice == "cpu" or (choice == "auto" and find_spec("jax_plugins") is None):
        return False
    configure_jax()
    import jax

    return jax.default_backend() == "gpu"


def device_name() -> str:
    """Return the device that is computed on, as a result's provenance records it: "cpu" or the GPU's model."""
    if not on_gpu():
        return "cpu"
    import jax

    return jax.devices()[0].device_kind
