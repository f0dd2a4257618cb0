"""Residual networks for small images (He et al. 2016, Sec. 4.2): basic blocks, batch normalisation, channels last."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import relu

from kdtheory.training.pixels import Standardise


class ResNet(nn.Module):
    """Residual network on images (n, height, width, channel).

    The images' order of axes is torch's "channels last" in memory, the fast one for convolutions on CPU and GPU, so
    no copy is made on the way in.

    Parameters
    ----------
    standardise : Standardise
        First layer.
    width : int
        Channels of the first stage; every further stage has twice as many at half the resolution. A multiple of 8:
        on processors without AVX-512, oneDNN in torch 2.13 writes beside its memory in the backward pass of a strided
        1 × 1 convolution with another number of inputs.
    blocks : sequence of int
        Blocks of each stage: [1, 1, 1] is ResNet-8, [2, 2, 2, 2] ResNet-18.
    n_classes : int
    stem_stride : int
        Stride of the first convolution; 2 makes everything about four times cheaper.
    rng : numpy.random.Generator
        Draws the weights: convolutions normal with variance 2/fan_out (He et al. 2015), the last layer uniform on
        ±1/√fan_in.

    Raises
    ------
    ValueError
        ``width`` is not a multiple of 8.
    """

    def __init__(self, standardise: Standardise, *, width, blocks, n_classes, stem_stride, rng):
        super().__init__()
        if width % 8:
            raise ValueError(f"width is {width}; must be a multiple of 8")
        self.standardise = standardise
        self.stem = _convolution(3, width, kernel=3, stride=stem_stride)
        self.stem_norm = nn.BatchNorm2d(width)
        stages, channels = [], width
        for stage, n_blocks in enumerate(blocks):
            for block in range(n_blocks):
                stages.append(_BasicBlock(channels, width * 2**stage, stride=2 if stage and not block else 1))
                channels = width * 2**stage
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(channels, n_classes)
        _initialise(self, rng)
        self.to(memory_format=torch.channels_last)

    def forward(self, images):
        """Images (n, height, width, channel) to logits (n, n_classes)."""
        features = self.standardise(images).permute(0, 3, 1, 2)
        features = self.stages(relu(self.stem_norm(self.stem(features)), inplace=True))
        # Not adaptive pooling, whose gradient has no deterministic algorithm on a GPU.
        return self.head(features.mean(dim=(2, 3)))


class _BasicBlock(nn.Module):
    """Two convolutions beside a shortcut, which is a 1 × 1 convolution where the shape changes."""

    def __init__(self, fan_in, fan_out, stride):
        super().__init__()
        self.first, self.first_norm = _convolution(fan_in, fan_out, kernel=3, stride=stride), nn.BatchNorm2d(fan_out)
        self.second, self.second_norm = _convolution(fan_out, fan_out, kernel=3, stride=1), nn.BatchNorm2d(fan_out)
        self.shortcut = nn.Identity()
        if stride > 1 or fan_in != fan_out:
            self.shortcut = nn.Sequential(
                _convolution(fan_in, fan_out, kernel=1, stride=stride), nn.BatchNorm2d(fan_out)
            )

    def forward(self, features):
        changed = relu(self.first_norm(self.first(features)), inplace=True)
        changed = self.second_norm(self.second(changed))
        return relu(changed + self.shortcut(features), inplace=True)


def _convolution(fan_in, fan_out, *, kernel, stride):
    return nn.Conv2d(fan_in, fan_out, kernel, stride, padding=kernel // 2, bias=False)


def _initialise(network, rng):
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            deviation = math.sqrt(2 / (module.out_channels * math.prod(module.kernel_size)))
            _set(module.weight, rng.normal(0, deviation, module.weight.shape))
        elif isinstance(module, nn.Linear):
            limit = module.in_features**-0.5
            _set(module.weight, rng.uniform(-limit, limit, module.weight.shape))
            nn.init.zeros_(module.bias)


def _set(parameter, values):
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(values.astype(np.float32)))
