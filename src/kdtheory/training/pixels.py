"""What happens to pixels before a network sees them: standardisation, flips and crops."""

from itertools import product

import numpy as np
import torch
from torch import nn

PADDING = 4
_OFFSETS = {
    "none": (PADDING,),
    "flip": (PADDING,),
    "flip_and_crop": range(2 * PADDING + 1),
    "flip_and_coarse_crop": (0, PADDING, 2 * PADDING),
}


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


class Views:
    """What a network may see of an image: the image itself, mirrored, and windows of it with a black border.

    Parameters
    ----------
    kind : str
        ``none`` (the image alone), ``flip`` (also left and right exchanged), ``flip_and_crop`` (of both also the
        windows of the image's size out of the image with a border of 4 pixels, 81 of them), or
        ``flip_and_coarse_crop`` (the nine windows whose offsets are 0, 4 and 8).

    Attributes
    ----------
    flipped : torch.Tensor of bool, shape (views,)
    offsets : torch.Tensor of int, shape (views, 2)
        Row and column of the window in the image with its border. View 0 is the image itself.

    Raises
    ------
    ValueError
        For another kind.
    """

    def __init__(self, kind):
        if kind not in _OFFSETS:
            raise ValueError(f"views are {kind!r}; allowed are {', '.join(_OFFSETS)}")
        windows = sorted(product(_OFFSETS[kind], repeat=2), key=lambda window: window != (PADDING, PADDING))
        chosen = list(product((False, True) if kind != "none" else (False,), windows))
        self.flipped = torch.tensor([flipped for flipped, _ in chosen])
        self.offsets = torch.tensor([window for _, window in chosen])

    def __len__(self):  # noqa: D105
        return len(self.flipped)

    def shown(self, pixels, views):
        """Show each image of a batch (n, height, width, channel) in a view of its own, (n,); tensors on one device."""
        if len(self) > 1:
            flipped = self.flipped.to(pixels.device)[views]
            pixels = torch.where(flipped[:, None, None, None], pixels.flip(2), pixels)
        if len(self) > 2:
            pixels = _crop(pixels, self.offsets.to(pixels.device)[views])
        return pixels


def _crop(pixels, offsets):
    n_images, height, width, channels = pixels.shape
    bordered = nn.functional.pad(pixels, (0, 0, PADDING, PADDING, PADDING, PADDING)).flatten(2)
    windows = bordered.unfold(1, height, 1).unfold(2, width * channels, channels)  # views: every window of each image
    chosen = windows[torch.arange(n_images, device=pixels.device), offsets[:, 0], offsets[:, 1]]
    return chosen.reshape(pixels.shape)
