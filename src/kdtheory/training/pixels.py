"""What happens to pixels before a network sees them: standardisation, random flips and crops."""

import numpy as np
import torch
from torch import nn

PADDING = 4


class Standardise(nn.Module):
    """(pixels − mean)/deviation as the first layer, so that a checkpoint needs nothing beside it.

    Parameters
    ----------
    mean, deviation : array_like
        Broadcast against images of shape (height, width, channel).
    """

    def __init__(self, mean, deviation):
        super().__init__()
        self.register_buffer("mean", torch.tensor(np.asarray(mean), dtype=torch.float32))
        self.register_buffer("deviation", torch.tensor(np.asarray(deviation), dtype=torch.float32))

    def forward(self, pixels):
        """Pixels of any type, shape (n, height, width, channel), to float32."""
        shape = pixels.shape[1:]
        # One long row an image: torch is slow where the last axis has three elements.
        mean, deviation = (values.expand(shape).reshape(-1) for values in (self.mean, self.deviation))
        return ((pixels.flatten(1).float() - mean) / deviation).unflatten(1, shape)


def channel_statistics(images):
    """Return mean and standard deviation of each channel of images (n, height, width, channel), in float64."""
    axes = tuple(range(np.ndim(images) - 1))
    return np.mean(images, axis=axes, dtype=np.float64), np.std(images, axis=axes, dtype=np.float64)


def draw_augmentation(kind, n_images, rng):
    """Draw what is done to each image in one epoch.

    Parameters
    ----------
    kind : str
        ``none``, ``flip`` (left and right, with probability ½) or ``flip_and_crop`` (then also a window of the
        image's size out of the image with a black border of 4 pixels).
    n_images : int
    rng : numpy.random.Generator

    Returns
    -------
    dict of numpy.ndarray
        ``flipped`` (n,) bool and ``offsets`` (n, 2) in 0 … 8, as far as the kind has them.

    Raises
    ------
    ValueError
        For another kind.
    """
    if kind not in ("none", "flip", "flip_and_crop"):
        raise ValueError(f"augmentation is {kind!r}; allowed are none, flip and flip_and_crop")
    drawn = {}
    if kind != "none":
        drawn["flipped"] = rng.random(n_images) < 0.5
    if kind == "flip_and_crop":
        drawn["offsets"] = rng.integers(0, 2 * PADDING + 1, (n_images, 2))
    return drawn


def augment(pixels, flipped=None, offsets=None):
    """Apply what `draw_augmentation` drew to a batch, shape (n, height, width, channel); tensors throughout."""
    if flipped is not None:
        pixels = torch.where(flipped[:, None, None, None], pixels.flip(2), pixels)
    if offsets is not None:
        pixels = _crop(pixels, offsets)
    return pixels


def _crop(pixels, offsets):
    n_images, height, width, channels = pixels.shape
    bordered = nn.functional.pad(pixels, (0, 0, PADDING, PADDING, PADDING, PADDING)).flatten(2)
    windows = bordered.unfold(1, height, 1).unfold(2, width * channels, channels)  # views: every window of each image
    chosen = windows[torch.arange(n_images, device=pixels.device), offsets[:, 0], offsets[:, 1]]
    return chosen.reshape(pixels.shape)
