"""Resumable Adam training of several ReLU networks stacked along one axis, which trains network teachers.

After a kill, training resumes from its last saved state and gives the same parameters.
"""

import logging
from itertools import pairwise

import numpy as np

from kdtheory.jobs.log import Progress
from kdtheory.training.state import TrainingState

_log = logging.getLogger(__name__)

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def initial_parameters(rng, sizes):
    """Draw weights and biases of one network, uniform on ±1/√fan_in.

    Parameters
    ----------
    rng : numpy.random.Generator
    sizes : sequence of int
        Units of each layer, inputs and the one output included.

    Returns
    -------
    dict
        ``weight_l`` of shape (fan_in, fan_out) and ``bias_l`` of shape (fan_out,) for each layer l.
    """
    parameters = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        limit = fan_in**-0.5
        parameters[f"weight_{layer}"] = rng.uniform(-limit, limit, (fan_in, fan_out))
        parameters[f"bias_{layer}"] = rng.uniform(-limit, limit, fan_out)
    return parameters


def train_networks(parameters, inputs, labels, orders, *, learning_rate, batch_size, stopping_epochs, state, identity):
    """Train networks with Adam on hard labels and keep their parameters at each stopping epoch.

    All networks take their steps together; the sum of their mean losses has the gradients of each. Steps are in single
    precision, as teachers are trained in practice.

    Parameters
    ----------
    parameters : dict
        As from `initial_parameters`, with a leading axis of networks.
    inputs : array, shape (networks, points, d)
    labels : array, shape (networks, points)
        0 or 1.
    orders : callable
        ``orders(epoch)`` gives the order of the points in an epoch, integers of shape (networks, points). It is a
        function of the epoch alone, so that no generator has to be saved.
    learning_rate : float
    batch_size : int
    stopping_epochs : sequence of int
        Epochs, 1 or more, after which parameters are kept; training ends after the last.
    state : pathlib.Path
        File of the state from which training resumes. Replaced after every epoch that is a stopping epoch or comes
        a few seconds after the last; the caller removes it.
    identity : dict
        What the training depends on; a state of another identity is not used.

    Returns
    -------
    dict
        Parameters by stopping epoch, float32 arrays.

    Raises
    ------
    RuntimeError
        A loss was not finite; names the epoch and the learning rate.
    """
    import torch

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    inputs, labels = (torch.as_tensor(values, dtype=torch.float32) for values in (inputs, labels))
    weights = {
        name: torch.tensor(values, dtype=torch.float32, requires_grad=True) for name, values in parameters.items()
    }
    optimiser = torch.optim.Adam(weights.values(), lr=learning_rate, fused=True)
    saved = TrainingState(state, identity)
    epoch, now, kept = saved.load()
    if now:
        _restore(weights, optimiser, now)
    last = max(stopping_epochs)
    progress = Progress(last - epoch, "epochs")
    while epoch < last:
        epoch += 1
        loss = _train_epoch(weights, optimiser, inputs, labels, torch.as_tensor(orders(epoch)), batch_size)
        if not np.isfinite(loss).all():
            raise RuntimeError(
                f"the loss is not finite in epoch {epoch} at learning rate {learning_rate}; lower the learning rate"
            )
        if epoch in stopping_epochs:
            kept[epoch] = {name: values.detach().numpy().copy() for name, values in weights.items()}
            _log.info("epoch %d: mean training loss %.4f", epoch, loss.mean())
        if epoch in stopping_epochs or saved.is_due():
            saved.save(epoch, _arrays(weights, optimiser), kept)
        progress.advance()
    return kept


def logits_of(parameters, inputs):
    """Return the logits of each network on points of its own, in double precision.

    Parameters
    ----------
    parameters : dict
        As from `train_networks`, for one stopping epoch.
    inputs : array, shape (networks, ..., d)

    Returns
    -------
    numpy.ndarray, shape (networks, ...)
    """
    depth = sum(name.startswith("weight_") for name in parameters)
    layers = [[parameters[f"{part}_{layer}"].astype(float) for part in ("weight", "bias")] for layer in range(depth)]
    points = np.reshape(inputs, (len(inputs), -1, np.shape(inputs)[-1]))
    logits = np.empty(points.shape[:2])
    for network in range(len(points)):
        # A few thousand points at once, so that the hidden units of all never fill the memory.
        for start in range(0, points.shape[1], 4096):
            hidden = points[network, start : start + 4096]
            for layer in range(depth):
                hidden = hidden @ layers[layer][0][network] + layers[layer][1][network]
                if layer < depth - 1:
                    np.maximum(hidden, 0, out=hidden)
            logits[network, start : start + 4096] = hidden[:, 0]
    return logits.reshape(np.shape(inputs)[:-1])


def _train_epoch(weights, optimiser, inputs, labels, order, batch_size):
    """One pass over the data; returns each network's mean loss."""
    import torch

    networks = torch.arange(len(inputs))[:, None]
    depth, total = len(weights) // 2, torch.zeros(len(inputs))
    for batch in order.split(batch_size, dim=1):
        hidden, target = inputs[networks, batch], labels[networks, batch]
        for layer in range(depth):
            hidden = torch.baddbmm(weights[f"bias_{layer}"][:, None], hidden, weights[f"weight_{layer}"])
            if layer < depth - 1:
                hidden = torch.relu(hidden)
        losses = torch.nn.functional.binary_cross_entropy_with_logits(hidden[..., 0], target, reduction="none")
        losses = losses.mean(dim=1)
        optimiser.zero_grad()
        losses.sum().backward()
        optimiser.step()
        total += losses.detach() * batch.shape[1]
    return (total / order.shape[1]).numpy()


def _arrays(weights, optimiser):
    """All that changes in training, by name."""
    content = {name: values.detach().numpy() for name, values in weights.items()}
    for name, values in weights.items():
        moments = optimiser.state[values]
        content |= {f"{name}/{moment}": np.atleast_1d(moments[moment].numpy()) for moment in _MOMENTS}
    return content


def _restore(weights, optimiser, arrays):
    """Take what `_arrays` gave."""
    import torch

    with torch.no_grad():
        for name, values in weights.items():
            values.copy_(torch.as_tensor(arrays[name]))
            moments = {moment: torch.tensor(arrays[f"{name}/{moment}"]) for moment in _MOMENTS}
            optimiser.state[values] = moments | {"step": moments["step"][0]}
