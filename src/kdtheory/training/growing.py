"""Adam on soft labels for networks stacked along one axis, each on a prefix of its chain's transfer set."""

import numpy as np


def train_on_prefixes(parameters, inputs, logits, sizes, *, temperature, learning_rate, steps):
    """Train networks with full-batch Adam, each on the first points of its set, all side by side.

    Steps are in single precision. A network's loss is the mean cross-entropy CE(σ(z_t/T), σ(z/T)) of its own points;
    the sum over networks has the gradients of each.

    Parameters
    ----------
    parameters : dict
        As from `kdtheory.training.stacked.initial_parameters`, with a leading axis of networks; not modified.
    inputs : array, shape (networks, points, d)
    logits : array, shape (networks, points)
        The teacher's z_t.
    sizes : array of int, shape (networks,)
        How many of its points a network sees, 1 … points.
    temperature, learning_rate : float
    steps : int

    Returns
    -------
    dict
        The trained parameters, float32 arrays.

    Raises
    ------
    ValueError
        A size is out of range.
    RuntimeError
        A loss was not finite.
    """
    import torch

    sizes = np.asarray(sizes)
    if not ((sizes >= 1) & (sizes <= np.shape(logits)[1])).all():
        raise ValueError(f"sizes is {sizes}, must lie in 1..{np.shape(logits)[1]}")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    inputs = torch.as_tensor(inputs, dtype=torch.float32)
    targets = torch.sigmoid(torch.as_tensor(np.asarray(logits) / temperature)).to(torch.float32)
    shares = (np.arange(targets.shape[1]) < sizes[:, None]) / sizes[:, None]
    shares = torch.as_tensor(shares, dtype=torch.float32)
    weights = {
        name: torch.tensor(values, dtype=torch.float32, requires_grad=True) for name, values in parameters.items()
    }
    optimiser = torch.optim.Adam(weights.values(), lr=learning_rate, fused=True)
    depth = len(weights) // 2
    for _ in range(steps):
        hidden = inputs
        for layer in range(depth):
            hidden = torch.baddbmm(weights[f"bias_{layer}"][:, None], hidden, weights[f"weight_{layer}"])
            if layer < depth - 1:
                hidden = torch.relu(hidden)
        losses = torch.nn.functional.binary_cross_entropy_with_logits(
            hidden[..., 0] / temperature, targets, reduction="none"
        )
        loss = (losses * shares).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    if not torch.isfinite(loss):
        raise RuntimeError(f"the loss is not finite at learning rate {learning_rate}; lower the learning rate")
    return {name: values.detach().numpy().copy() for name, values in weights.items()}
