"""The learning rate of a training, epoch by epoch, and the epoch after which nothing more is to be learnt."""

import math


class Schedule:
    """Learning rate relative to that of the first step.

    Parameters
    ----------
    kind : str
        ``constant``; ``cosine``, which falls to 0 at the last step; or ``until_agreement``, which is constant until a
        network agrees with its targets, and then falls linearly to 0 within a quarter of the epochs taken so far. A
        network that never agrees has its rate fall early enough to end with the last epoch.
    epochs : int
        Most epochs.
    steps : int
        Steps of an epoch.
    agreement : float
        Share of the images on which a network of ``until_agreement`` is to decide like its targets.

    Attributes
    ----------
    falls_after : int
        Epoch after which the rate of ``until_agreement`` falls.
    last : int
        Last epoch.

    Raises
    ------
    ValueError
        For another kind.
    """

    def __init__(self, kind, epochs, steps, agreement=1.0):
        if kind not in KINDS:
            raise ValueError(f"schedule is {kind!r}; allowed are {', '.join(KINDS)}")
        self._kind, self._steps, self._agreement = kind, steps, agreement
        self.last = epochs
        self.falls_after = max(epoch for epoch in range(epochs) if epoch + _fall(epoch) <= epochs)

    def rate(self, step):
        """Return the rate of a step, counted from 0."""
        if self._kind == "cosine":
            return (1 + math.cos(math.pi * step / (self.last * self._steps))) / 2
        if self._kind == "until_agreement":
            begin, end = self.falls_after * self._steps, self.last * self._steps
            return min(1.0, (end - step) / (end - begin))
        return 1.0

    def ends_with(self, epoch):
        """Let the rate of ``until_agreement`` fall after this epoch."""
        self.falls_after, self.last = epoch, epoch + _fall(epoch)

    def is_met(self, epoch, share):
        """Return whether a share of agreement after an epoch lets the rate of ``until_agreement`` fall early."""
        return self._kind == "until_agreement" and epoch < self.falls_after and share >= self._agreement


def _fall(epoch):
    """Epochs within which the rate falls after an epoch."""
    return max(1, math.ceil(epoch / 4))


KINDS = "constant", "cosine", "until_agreement"
