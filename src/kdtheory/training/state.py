"""The state of a training in one file, from which it goes on after a kill as if it had never stopped."""

import json
import logging
import time

import numpy as np

from kdtheory.jobs import storage

_log = logging.getLogger(__name__)

SECONDS_BETWEEN_SAVES = 2.0


class TrainingState:
    """What a training learned so far, replaced atomically; removing the file is the caller's part.

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
        """Return the epochs that are done, the arrays to go on from, and the checkpoints kept so far by epoch.

        Where there is nothing to go on from, that is 0 and two empty dictionaries.
        """
        if not self._path.exists():
            return 0, {}, {}
        content = storage.read(self._path)
        if not np.array_equal(content["identity"], self._identity):
            _log.info("%s belongs to other settings; training starts anew", self._path)
            return 0, {}, {}
        parts = {}
        for key, values in content.items():
            part, _, name = key.partition("/")
            parts.setdefault(part, {})[name] = values
        epoch = int(content["epoch"][0])
        _log.info("training goes on after epoch %d", epoch)
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
