"""Plain ReLU networks on images, with the statistics of their training images as first layer."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn

from kdtheory.training.pixels import Standardise


class MultilayerNetwork(nn.Sequential):
    """Fully connected ReLU network on flattened images.

    Parameters
    ----------
    standardise : Standardise
        First layer.
    n_inputs : int
        Pixels of an image times channels.
    hidden_layers, width, n_classes : int
    rng : numpy.random.Generator
        Draws weights and biases, uniform on ±1/√fan_in.
    """

    def __init__(self, standardise: Standardise, *, n_inputs, hidden_layers, width, n_classes, rng):
        layers = [standardise, nn.Flatten()]
        for fan_in, fan_out in pairwise([n_inputs, *[width] * hidden_layers, n_classes]):
            layers += [_linear(fan_in, fan_out, rng), nn.ReLU()]
        super().__init__(*layers[:-1])


def _linear(fan_in, fan_out, rng):
    layer, limit = nn.Linear(fan_in, fan_out), fan_in**-0.5
    with torch.no_grad():
        for values in (layer.weight, layer.bias):
            values.copy_(torch.from_numpy(rng.uniform(-limit, limit, values.shape).astype(np.float32)))
    return layer
