"""The environment variable KDTHEORY_DEVICE, which JAX and torch both follow."""

import os


def device_choice() -> str:
    """Return KDTHEORY_DEVICE: "auto" (a GPU when there is one; also when it is not set or empty), "cpu" or "gpu".

    Raises
    ------
    ValueError
        It has another value.
    """
    choice = os.environ.get("KDTHEORY_DEVICE") or "auto"
    if choice not in ("auto", "cpu", "gpu"):
        raise ValueError(f"KDTHEORY_DEVICE is {choice!r}; allowed are auto, cpu and gpu")
    return choice
