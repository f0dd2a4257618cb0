"""Inputs and ground truth. Each dataset kind is the module of its name; ``images`` loads MNIST and CIFAR-10.

A dataset file holds ``inputs(..., sample, axis)`` (or ``pixels`` for images), ``label(..., sample)`` in {0, 1} and
``sample_id(..., sample)``; where the truth is linear also ``teacher_direction(..., axis)``, a unit vector. It holds one
batch of worlds, ``first_world`` and those after it, whose numbers are the coordinate ``world``.
"""

from kdtheory._facade import facade

__getattr__, __dir__, __all__ = facade(__name__, {"images": ("load", "fetch", "ImageSet")})
