"""The state of a training in one file, from which it resumes after a kill with the same result."""

import json
import logging
import time

import numpy as np

from kdtheory.jobs import storage

_log = logging.getLogger(__name__)

SECONDS_BETWEEN_SAVES = 2.0


class TrainingState:
    """What a training learned so far, replaced atomically; the caller removes the file.

    Parameters
    ----------
    path : pathlib.Path
    identity : dict
        What the training depends on; a state of another identity is not used.
    """

    def __init__(self, path, identity):
        self._path = path
        self._identity = np.frombuffer(json.dumps(identity, sort_keys=True).encode(), dtype=np.uint8)
        self._saved_at = time.monotonic()

    def load(self):
        """Return the epochs that are done, the arrays to resume from, and the checkpoints kept so far by epoch.

        Without a usable state, 0 and two empty dictionaries.
        """
        if not self._path.exists():
            return 0, {}, {}
        content = storage.read(self._path)
        if not np.array_equal(content["identity"], self._identity):
            _log.info("%s belongs to other settings; training starts from epoch 0", self._path)
            return 0, {}, {}
        parts = {}
        for key, values in content.items():
            part, _, name = key.partition("/")
            parts.setdefault(part, {})[name] = values
        epoch = int(content["epoch"][0])
        _log.info("training resumes after epoch %d", epoch)
        return epoch, parts["now"], {int(part): arrays for part, arrays in parts.items() if part.isdigit()}

    def is_due(self):
        """Return whether the last save, or the start, was long enough ago."""
        return time.monotonic() - self._saved_at >= SECONDS_BETWEEN_SAVES

    def save(self, epoch, now, kept):
        """Save what `load` returns; arrays by name, and the same by stopping epoch."""
        content = {"identity": self._identity, "epoch": np.array([epoch])}
        for part, arrays in {"now": now, **kept}.items():
            content |= {f"{part}/{name}": values for name, values in arrays.items()}
        storage.write(content, self._path, {})
        self._saved_at = time.monotonic()
