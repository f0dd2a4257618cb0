"""Logits of image networks, of images as they are and of all their views."""

import numpy as np
import torch

from kdtheory.training.devices import configure_torch
from kdtheory.training.pixels import Views

PREDICTED_AT_ONCE = 1000


@torch.no_grad()
def predict(network, images):
    """Return a network's logits in evaluation mode, float32 (n, n_classes), computed a thousand images at a time."""
    device = configure_torch()
    network.to(device).eval()
    batches = torch.as_tensor(images).split(PREDICTED_AT_ONCE)
    return np.concatenate([network(batch.to(device)).cpu().numpy() for batch in batches])


def predict_views(network, images, kind):
    """Return a network's logits of all views of images, (views, n, n_classes); `Views` tells the kinds."""
    views, images = Views(kind), torch.as_tensor(images)
    shown = (views.shown(images, torch.full((len(images),), view)) for view in range(len(views)))
    return np.stack([predict(network, pixels) for pixels in shown])
