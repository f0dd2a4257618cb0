"""Resumable training of one image network by mini-batches: image teachers and residual students use this loop.

After a kill, training resumes from its last saved state and gives the same weights. Network teachers of points are
trained in `kdtheory.training.stacked`, finite-width students in `kdtheory.students.finite_width.descent`.
"""

import logging
import math
import time
from dataclasses import asdict, dataclass

import numpy as np
import torch

from kdtheory.jobs.log import Progress
from kdtheory.training.devices import configure_torch
from kdtheory.training.optimisation import HALF
from kdtheory.training.pixels import Views
from kdtheory.training.prediction import predict
from kdtheory.training.schedule import Schedule
from kdtheory.training.state import TrainingState

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """What a training left.

    Attributes
    ----------
    checkpoints : dict
        By stopping epoch that was reached, and by the last epoch: the network's weights and buffers by name, as NumPy
        arrays.
    steps : int
        Steps taken.
    images_per_second : float
        Of the epochs of this process, by the clock; for logs, never for results.
    """

    checkpoints: dict
    steps: int
    images_per_second: float


def train(network, images, loss, draw, optimisation, *, stopping_epochs, state, identity, targets=None):
    """Train a network in place and keep it at each stopping epoch; training ends after the last, or by its schedule.

    Parameters
    ----------
    network : torch.nn.Module
        Takes images as they are; at its initial weights.
    images : numpy.ndarray, shape (n, height, width, channel)
        Of any type that the network takes, uint8 to save memory.
    loss : callable
        ``loss(logits, indices, views)``: mean loss of the images at ``indices``, seen in ``views``; tensors on the
        network's device.
    draw : callable
        ``draw(*key)`` gives the generator of order and views in an epoch: functions of seed and epoch alone, so that
        no generator has to be saved, and equal for networks that share ``draw``.
    optimisation : Optimisation
    stopping_epochs : sequence of int
        1 or more.
    state : pathlib.Path
        File of the state from which training resumes. Replaced after every epoch that is a stopping epoch or comes
        a few seconds after the last; the caller removes it.
    identity : dict
        What the training depends on beside ``optimisation`` and ``stopping_epochs``; a state of another identity is
        not used.
    targets : array of int, shape (views, n), optional
        The class of each image in each view, with which the schedule ``until_agreement`` is to see agreement.

    Returns
    -------
    Trained

    Raises
    ------
    RuntimeError
        A loss was not finite; names the epoch and the learning rate.
    """
    device = configure_torch()
    network.to(device)
    images = torch.as_tensor(images).to(device)
    steps = math.ceil(len(images) / optimisation.batch_size)
    schedule = Schedule(optimisation.schedule, max(stopping_epochs), steps, optimisation.agreement)
    run = _Run(network, optimisation, schedule, device)
    targets = None if targets is None else torch.as_tensor(targets).to(device)
    saved = TrainingState(state, {**identity, **asdict(optimisation), "stopping_epochs": list(stopping_epochs)})
    epoch, now, kept = saved.load()
    if now:
        run.restore(now)
    first = epoch
    progress, started = Progress(schedule.last - epoch, "epochs"), time.monotonic()
    while epoch < schedule.last:
        epoch += 1
        mean_loss, share = run.train_epoch(images, loss, draw, epoch, targets)
        if not math.isfinite(mean_loss):
            raise RuntimeError(
                f"the loss is not finite in epoch {epoch} at learning rate {optimisation.learning_rate}; "
                "lower the learning rate"
            )
        # First as it was in training, which costs nothing.
        if schedule.is_met(epoch, share) and schedule.is_met(epoch, run.agreement(images, draw, epoch, targets)):
            schedule.ends_with(epoch)
        keeps = epoch in stopping_epochs or epoch == schedule.last
        if keeps:
            kept[epoch] = {name: _array(values) for name, values in network.state_dict().items()}
            _log.info("epoch %d: mean training loss %.4f", epoch, mean_loss)
        if keeps or saved.is_due():
            saved.save(epoch, run.arrays(), kept)
        progress.advance()
    speed = (epoch - first) * len(images) / max(time.monotonic() - started, 1e-9)
    _log.info("%d epochs at %.0f images a second", epoch - first, speed)
    return Trained(kept, run.step, speed)


def restore(network, checkpoint):
    """Load a checkpoint of `train` into a network of the same shape."""
    network.load_state_dict({name: torch.as_tensor(values) for name, values in checkpoint.items()})


class _Run:
    """A network with its optimiser, schedule and precision; ``step`` counts the steps that were taken."""

    def __init__(self, network, optimisation, schedule, device):
        self.network, self.optimisation, self.schedule, self.device = network, optimisation, schedule, device
        self.views, self.step = Views(optimisation.augmentation), 0
        common = {"lr": optimisation.learning_rate, "weight_decay": optimisation.weight_decay, "fused": True}
        parameters = network.parameters()
        if optimisation.optimiser == "adam":
            self.optimiser = torch.optim.Adam(parameters, **common)
        else:
            self.optimiser = torch.optim.SGD(parameters, momentum=optimisation.momentum, **common)
        self.half = HALF.get(optimisation.precision) if device.type == "cuda" else None
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.half is torch.float16)

    def train_epoch(self, images, loss, draw, epoch, targets):
        """One pass over the images; returns the mean loss and the share of targets that were met, as far as known."""
        settings = self.optimisation
        total, met = (torch.zeros((), device=self.device) for _ in range(2))
        order = self._tensor(draw("order", epoch).permutation(len(images)))
        drawn = self._drawn_views(draw, epoch, len(images))
        self.network.train()
        for indices in order.split(settings.batch_size):
            views = drawn[indices]
            pixels = self.views.shown(images.index_select(0, indices), views)
            for group in self.optimiser.param_groups:
                group["lr"] = settings.learning_rate * self.schedule.rate(self.step)
            self.optimiser.zero_grad()
            with torch.autocast(self.device.type, dtype=self.half, enabled=self.half is not None):
                logits = self.network(pixels)
            batch_loss = loss(logits.float(), indices, views)
            self.scaler.scale(batch_loss).backward()
            self.scaler.step(self.optimiser)
            self.scaler.update()
            total += batch_loss.detach() * len(indices)
            if targets is not None:
                met += (logits.detach().argmax(dim=1) == targets[views, indices]).sum()
            self.step += 1
        return float(total) / len(images), float(met) / len(images)

    def agreement(self, images, draw, epoch, targets):
        """Share of the images on which the network, in evaluation mode, meets its targets, in the views of an epoch."""
        drawn = self._drawn_views(draw, epoch, len(images))
        met = predict(self.network, self.views.shown(images, drawn)).argmax(axis=1)
        return float(np.mean(met == targets.gather(0, drawn[None])[0].cpu().numpy()))

    def _drawn_views(self, draw, epoch, count):
        return self._tensor(draw("augmentation", epoch).integers(len(self.views), size=count))

    def arrays(self):
        """All of the run that changes, by name."""
        content = {f"network/{name}": _array(values) for name, values in self.network.state_dict().items()}
        for index, moments in self.optimiser.state_dict()["state"].items():
            content |= {f"optimiser/{index}/{name}": _array(values) for name, values in moments.items()}
        content |= {f"scaler/{name}": np.array([value]) for name, value in self.scaler.state_dict().items()}
        return content | {"step": np.array([self.step]), "falls_after": np.array([self.schedule.falls_after])}

    def restore(self, content):
        """Take what `arrays` gave."""
        weights, moments, scaler = {}, {}, {}
        for key, values in content.items():
            kind, _, name = key.partition("/")
            if kind == "network":
                weights[name] = values
            elif kind == "optimiser":
                index, _, moment = name.partition("/")
                moments.setdefault(int(index), {})[moment] = torch.tensor(values)
            elif kind == "scaler":
                scaler[name] = values[0].item()
        # In each parameter's own order in memory: a fused optimiser pairs elements by their place.
        for index, parameter in enumerate(self.network.parameters()):
            for name, values in moments.get(index, {}).items():
                if values.shape == parameter.shape:
                    moments[index][name] = torch.empty_like(parameter).copy_(values)
        restore(self.network, weights)
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        if scaler:
            self.scaler.load_state_dict(scaler)
        self.step = int(content["step"][0])
        if content["falls_after"][0] != self.schedule.falls_after:
            self.schedule.ends_with(int(content["falls_after"][0]))

    def _tensor(self, values):
        return torch.from_numpy(values).to(self.device)


def _array(values):
    return values.detach().cpu().numpy().copy()
