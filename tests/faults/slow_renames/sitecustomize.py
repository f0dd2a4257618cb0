"""Renames as a busy network file system has them: they take their time. First on the path of a process that is to."""

import random
import time
from pathlib import Path

_replace = Path.replace


def _late(self, target):
    time.sleep(random.uniform(0.2, 1.5))
    found = _replace(self, target)
    time.sleep(random.uniform(0.0, 0.5))
    return found


Path.replace = _late
