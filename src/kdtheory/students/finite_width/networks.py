"""Students that are networks of finite width, beside their linearization and the infinitely wide student (JZ20 Sec. 2).

All of them start from the logits z₀ of the network itself, so that what differs is the kernel alone, and then its
change while the network is trained.
"""

from dataclasses import dataclass, replace

import jax
import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.kernels.devices import device_name
from kdtheory.students.finite_width.descent import descend
from kdtheory.students.finite_width.linearized import descend_further, descent_rates, sgd_coefficients, sgd_rates
from kdtheory.students.finite_width.start import drawn_network, stacked, task_of
from kdtheory.students.teacher_logits import aligned, selected

# Networks are trained in 32 bits, at half of the cost. At width 256 this moves their logits by 4e-4 of themselves and
# the drift by 1e-2 of 4 after 1024 steps, far less than what is measured. Whatever a kernel is solved for stays in 64.
_PRECISION = np.float32


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of finite networks (study/schemas/experiments/finite_width.yaml)."""

    widths: list
    depth: int
    labels: str
    soft_ratios: list
    temperature: float
    stopping_epochs: list
    n_train: list
    test_points: int
    trained_worlds: int
    doublings: int
    step_share: float
    sgd_steps: int
    batch_size: int


def fit(settings: Settings, draw, dataset, logits):
    """Fit the students of every width on the transfer set of every world's first run.

    Returns
    -------
    xarray.Dataset
        ``kernel_distance(width, world)``, ‖Θ̂ − Θ‖/‖Θ‖ of the transfer points. Logits at test points, of dimensions
        (width, n_train, soft_ratio, world, …, test): ``kernel`` and ``linearized``, in closed form; ``sgd``, the
        linearized network after SGD; and at every recorded ``step`` of full-batch descent ``network`` and
        ``linearized_path``, its linearization after as many steps. Along that descent ``network_train(…, step, n)``
        at the training points and ``kernel_drift(…, step)``. What descent left is NaN for worlds that are not
        trained, those whose number is ``trained_worlds`` or more, and for all but the largest ``n_train``;
        ``linearized`` is NaN where the empirical kernel is singular, for so narrow a network cannot fit so many
        points. Of the task, ``target(soft_ratio, world, n)`` z_eff and ``teacher(world, test)`` z_t.
    """
    teacher = selected(aligned(dataset, logits), settings.stopping_epochs).squeeze("stopping_epoch", drop=True)
    worlds = dataset["world"].values.tolist()
    first_runs = [{"world": index, "run": 0} for index in range(len(worlds))]
    tasks = {
        world: task_of(settings, dataset.isel(here), teacher.isel(here).values)
        for world, here in zip(worlds, first_runs, strict=True)
    }
    progress = Progress(len(settings.widths), "widths")
    students = []
    for width in settings.widths:
        students.append(_fit_width(settings, width, tasks, draw))
        progress.advance()
    students = xr.concat(students, dim=xr.Variable("width", settings.widths))
    return students.assign(
        target=(("world", "soft_ratio", "n"), np.stack([task.targets for task in tasks.values()])),
        teacher=(("world", "test"), np.stack([task.test_teacher for task in tasks.values()])),
    )


def _fit_width(settings, width, tasks, draw):
    """All students of one width."""
    networks, converged = {}, []
    for world, task in tasks.items():
        network = drawn_network(task, width, settings.depth, draw(world, 0, width, "initialisation"))
        # Weights are large: rounded where they will be trained, dropped where they will not.
        trained = world < settings.trained_worlds
        params = jax.tree.map(lambda leaf: np.asarray(leaf, _PRECISION), network.params) if trained else None
        networks[world] = replace(network, params=params)
        converged.append(network.converged(settings.n_train))
    kernel, linearized = (np.stack(logits) for logits in zip(*converged, strict=True))
    by_sgd = [_train_linearized(settings, networks, width, size, draw) for size in settings.n_train]
    # Networks are dear to train: few, once, on all points.
    trained = {world: network for world, network in networks.items() if network.params is not None}
    by_descent = _train(settings, trained).expand_dims(n_train=settings.n_train[-1:])
    sizes = xr.Variable("n_train", settings.n_train)
    dims = ("world", "n_train", "soft_ratio", "test")
    return xr.merge([xr.concat(by_sgd, dim=sizes), by_descent], join="outer").assign(
        kernel=(dims, kernel),
        linearized=(dims, linearized),
        kernel_distance=("world", [network.kernel_distance for network in networks.values()]),
    )


def _train_linearized(settings, networks, width, size, draw):
    """Online-batch SGD of the linearization of every network."""
    stack = stacked(list(networks.values()), size)
    ratios, shape = stack.lessons.soft_ratio[0], (settings.sgd_steps, settings.batch_size)
    rates = [sgd_rates(gram, ratios, settings.temperature, settings.step_share) for gram in stack.gram]
    generators = [draw(world, 0, width, size, "batches") for world in networks]
    batches = np.stack([generator.integers(size, size=shape, dtype=np.int32) for generator in generators])
    coefficients = sgd_coefficients(stack.gram, stack.initial, stack.lessons, np.stack(rates), batches)
    return xr.Dataset(
        {"sgd": (("world", "soft_ratio", "test"), _at_test_points(stack, coefficients))},
        coords={"world": list(networks), "soft_ratio": ratios},
    )


def _train(settings, networks):
    """What full-batch descent leaves of some worlds' networks, perhaps of none."""
    ratios, size = np.array(settings.soft_ratios, np.float64), settings.n_train[-1]
    steps = [0, *(2**k for k in range(settings.doublings + 1))]
    shape = len(networks), len(ratios), len(steps)
    if networks:
        left = _descend(settings, list(networks.values()), steps)
    else:
        tests, points = np.empty((*shape, settings.test_points)), np.empty((*shape, size))
        left = {"network": tests, "network_train": points, "kernel_drift": np.empty(shape), "linearized_path": tests}
    dims = ("world", "soft_ratio", "step")
    more = {"network": ["test"], "network_train": ["n"], "kernel_drift": [], "linearized_path": ["test"]}
    return xr.Dataset(
        {name: ((*dims, *more[name]), values) for name, values in left.items()},
        coords={
            "world": np.array(list(networks), dtype=np.int64), "soft_ratio": ratios, "step": steps,
            "n": np.arange(1, size + 1),
        },
    )  # fmt: skip


def _descend(settings, networks, steps):
    """Full-batch descent of every network at every soft ratio, and of their linearizations."""
    stack = stacked(networks, settings.n_train[-1])
    ratios = stack.lessons.soft_ratio[0]
    rates = [descent_rates(gram, ratios, settings.temperature, settings.step_share) for gram in stack.gram]
    shape = len(networks), len(ratios), len(steps)

    # One network for each soft ratio: they start alike and part.
    copies = jax.tree.map(lambda leaf: np.repeat(leaf, len(ratios), axis=0), stack)
    params = jax.tree.map(
        lambda *leaves: np.repeat(np.stack(leaves), len(ratios), axis=0), *[network.params for network in networks]
    )
    lessons = copies.lessons._replace(soft_ratio=np.tile(ratios, len(networks)))
    descent = descend(params, copies.inputs, copies.test_inputs, copies.gram, lessons, np.concatenate(rates), steps)
    return {
        "network": descent.test_logits.reshape(*shape, -1),
        "network_train": descent.train_logits.reshape(*shape, -1),
        "kernel_drift": descent.kernel_drift.reshape(shape),
        "linearized_path": _linearized_path(stack, np.stack(rates), steps),
    }


def _linearized_path(stack, rates, steps):
    """Logits (network, ratio, step, test) of the linearizations after as many steps of the same descent."""
    coefficients = np.zeros((*rates.shape, stack.gram.shape[1]))
    path, done = [], 0
    for step in steps:
        coefficients = descend_further(coefficients, stack.gram, stack.initial, stack.lessons, rates, step - done)
        path.append(_at_test_points(stack, coefficients))
        done = step
    return np.stack(path, axis=2)


def _at_test_points(stack, coefficients):
    """z₀(x) + Σ_i a_i Θ̂(x_i, x) of every network and soft ratio, shape (networks, ratios, test)."""
    return stack.initial_test[:, None] + np.asarray(coefficients) @ stack.cross


if __name__ == "__main__":
    run_stage(fit, libraries=("jax", "jaxlib", "scipy"), device=device_name)
