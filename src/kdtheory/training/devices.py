"""The device that torch computes on, and the settings that make its results reproducible."""

import os

import torch

from kdtheory.jobs.device import device_choice


def configure_torch():
    """Choose the device of this process and make its results repeatable; returns the ``torch.device``.

    On the CPU, one thread: sums over threads are ordered otherwise than over one, and parallelism is over jobs.
    Deterministic algorithms are demanded, so an operation that has none raises instead of giving other bits. What
    remains: a GPU gives other bits than a CPU, and so does another model of GPU or another version of cuDNN.
    Single precision is exact float32, without TF32.

    Raises
    ------
    ValueError
        KDTHEORY_DEVICE is not auto, cpu or gpu.
    RuntimeError
        It is gpu and torch finds none.
    """
    # Read when cuBLAS starts; its deterministic mode needs a fixed workspace.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    # Every operation here writes all of its output; filling it before costs an eighth of the time.
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    choice = device_choice()
    if choice == "gpu" and not torch.cuda.is_available():
        raise RuntimeError("KDTHEORY_DEVICE is gpu, but torch finds no GPU; use auto or cpu")
    return torch.device("cuda" if choice != "cpu" and torch.cuda.is_available() else "cpu")


def device_name():
    """Return the device that torch computes on, as a result's provenance records it: "cpu" or the GPU's model."""
    device = configure_torch()
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
