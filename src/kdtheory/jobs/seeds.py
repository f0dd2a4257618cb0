"""Random numbers that depend on what is computed, never on the order in which or on how many cores it is."""

import hashlib

import numpy as np


def generator(root_seed: int, *key: str | int) -> np.random.Generator:
    """Return the random generator of one piece of the study.

    Parameters
    ----------
    root_seed : int
        The study's ``seed``.
    *key : str or int
        Names the piece: experiment or dataset, then cell, world, run, purpose.

    Returns
    -------
    numpy.random.Generator
        Independent for different keys, identical for equal ones.
    """
    digest = hashlib.sha256("\x1f".join(map(str, key)).encode()).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([root_seed, *words])))
