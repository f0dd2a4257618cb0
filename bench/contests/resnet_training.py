"""One epoch of ResNet-8.

Ours is the study's own loop: channels-last memory, pixels standardised inside the network, weights kept at the epoch's
end. The peer is the same network, in the same order of images, as one writes it in plain torch: channels first (NCHW)
and pixels standardised beforehand. One thread a process, as in the study; two processes work side by side, each on
all images, and their time is that of half of this work.
"""

import tempfile
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from bench.harness import Contender, compete, timed_part
from kdtheory.training.devices import configure_torch
from kdtheory.training.loop import train
from kdtheory.training.optimisation import Optimisation
from kdtheory.training.pixels import Standardise, channel_statistics
from kdtheory.training.prediction import predict
from kdtheory.training.resnet import ResNet

IMAGES, CHECKED, CLASSES, BATCH = 1280, 64, 10, 128
RATE, MOMENTUM, DECAY = 0.05, 0.9, 5e-4
PROCESSES = 2


def measure(full):
    """Compare on one process and on two."""
    exact = plain(dtype=torch.float64)

    def error(logits):
        return np.linalg.norm(logits - exact) / np.linalg.norm(exact)

    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        contenders = {
            "ours": Contender(ours, error),
            "plain torch, NCHW": Contender(plain, error),
            f"ours, {PROCESSES} processes": Contender(_side_by_side(pool, ours), error),
            f"plain torch, NCHW, {PROCESSES} processes": Contender(_side_by_side(pool, plain), error),
        }
        heat = compete(
            {"images": IMAGES, "batch": BATCH},
            contenders,
            error=f"distance of {CHECKED} images' logits after the epoch to training in float64, relative",
            unit="image",
            per=IMAGES,
        )
    speeds = {name: f"{IMAGES / entry['minimum']:,.0f} images/s" for name, entry in heat["contenders"].items()}
    return {"heats": [heat], "facts": speeds}


def ours():
    """Train by the study's loop; return logits of the first images."""
    images, labels = _images()
    network = _network(images)
    labels = torch.from_numpy(labels).to(configure_torch())
    optimisation = Optimisation(RATE, BATCH, momentum=MOMENTUM, weight_decay=DECAY)
    with tempfile.TemporaryDirectory() as folder:
        train(
            network,
            images,
            lambda logits, indices, _views: cross_entropy(logits, labels[indices]),
            _draw,
            optimisation,
            stopping_epochs=[1],
            state=Path(folder) / "state.safetensors",
            identity={},
        )
    return predict(network, images[:CHECKED])


def plain(dtype=torch.float32):
    """Train the same network on standardised NCHW tensors by a bare loop; return logits of the first images."""
    device = configure_torch()
    images, labels = _images()
    network = _network(images).to(device, dtype, memory_format=torch.contiguous_format)
    standardise, network.standardise = network.standardise, torch.nn.Identity()
    with torch.no_grad():
        pixels = standardise(torch.from_numpy(images).to(device)).to(dtype).permute(0, 3, 1, 2).contiguous()
    labels = torch.from_numpy(labels).to(device)
    optimiser = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)
    network.train()
    for indices in torch.from_numpy(_draw("order", 1).permutation(IMAGES)).to(device).split(BATCH):
        optimiser.zero_grad()
        # The network turns its input to NCHW; here it lies so in memory already.
        cross_entropy(network(pixels[indices].permute(0, 2, 3, 1)), labels[indices]).backward()
        optimiser.step()
    network.eval()
    with torch.no_grad():
        return network(pixels[:CHECKED].permute(0, 2, 3, 1)).cpu().numpy()


def _side_by_side(pool, job):
    def run():
        futures = [pool.submit(job) for _ in range(PROCESSES)]
        wait(futures)
        return futures[0].result()

    return timed_part(run, 1 / PROCESSES)


def _images():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8), rng.integers(0, CLASSES, IMAGES)


def _network(images):
    standardise = Standardise(*channel_statistics(images))
    options = {"width": 16, "blocks": [1, 1, 1], "n_classes": CLASSES, "stem_stride": 2}
    return ResNet(standardise, **options, rng=np.random.default_rng(1))


def _draw(*key):
    return np.random.default_rng([2, *key[-1:]])
