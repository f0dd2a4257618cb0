"""Students that are networks of finite width, beside their linearization and the infinitely wide student (JZ20 Sec. 2).

All of them start from the logits z₀ of the network itself, so that what differs is the kernel alone, and then its
change while the network is trained.
"""

from dataclasses import dataclass, replace
from functools import partial

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
    teachers: list
    n_train: list
    test_points: int
    repeats: int
    trained_repeats: int
    doublings: int
    step_share: float
    sgd_steps: int
    batch_size: int


def fit(settings: Settings, draw, dataset, logits):
    """Fit the students of every width on the transfer sets of the first runs.

    Returns
    -------
    xarray.Dataset
        ``kernel_distance(width, repeat)``, ‖Θ̂ − Θ‖/‖Θ‖ of the transfer points. Logits at test points, of dimensions
        (width, n_train, soft_ratio, repeat, …, test): ``kernel`` and ``linearized``, in closed form; ``sgd``, the
        linearized network after SGD; and at every recorded ``step`` of full-batch descent ``network`` and
        ``linearized_path``, its linearization after as many steps. Along that descent ``network_train(…, step, n)``
        at the training points and ``kernel_drift(…, step)``. What descent left is NaN for repeats that are not
        trained and for all but the largest ``n_train``; ``linearized`` is NaN where the empirical kernel is singular,
        for so narrow a network cannot fit so many points. Of the task, ``target(soft_ratio, repeat, n)`` z_eff and
        ``teacher(repeat, test)`` z_t.
    """
    teacher_logits = aligned(dataset, logits)
    if settings.repeats > dataset.sizes["repeat"]:
        raise ValueError(f"repeats is {settings.repeats}; the dataset has {dataset.sizes['repeat']}")
    teacher = selected(teacher_logits, settings.stopping_epochs, settings.teachers).squeeze(
        ["stopping_epoch", "teacher"], drop=True
    )
    runs = range(settings.repeats)
    tasks = [task_of(settings, dataset.isel(repeat=run), teacher.isel(repeat=run).values) for run in runs]
    progress = Progress(len(settings.widths), "widths")
    students = []
    for width in settings.widths:
        students.append(_fit_width(settings, width, tasks, partial(draw, width)))
        progress.advance()
    students = xr.concat(students, dim=xr.Variable("width", settings.widths))
    return students.assign(
        target=(("repeat", "soft_ratio", "n"), np.stack([task.targets for task in tasks])),
        teacher=(("repeat", "test"), np.stack([task.test_teacher for task in tasks])),
    )


def _fit_width(settings, width, tasks, draw):
    """All students of one width."""
    networks, converged = [], []
    for repeat, task in enumerate(tasks):
        network = drawn_network(task, width, settings.depth, draw(repeat, "initialisation"))
        # Weights are large: rounded where they will be trained, dropped where they will not.
        trained = repeat < settings.trained_repeats
        params = jax.tree.map(lambda leaf: np.asarray(leaf, _PRECISION), network.params) if trained else None
        networks.append(replace(network, params=params))
        converged.append(network.converged(settings.n_train))
    kernel, linearized = (np.stack(logits) for logits in zip(*converged, strict=True))
    by_sgd = [_train_linearized(settings, networks, size, partial(draw, size)) for size in settings.n_train]
    # Networks are dear to train: once, on all points.
    by_descent = _train(settings, networks[: settings.trained_repeats]).expand_dims(n_train=settings.n_train[-1:])
    sizes = xr.Variable("n_train", settings.n_train)
    dims = ("repeat", "n_train", "soft_ratio", "test")
    return xr.merge([xr.concat(by_sgd, dim=sizes), by_descent], join="outer").assign(
        kernel=(dims, kernel),
        linearized=(dims, linearized),
        kernel_distance=("repeat", [network.kernel_distance for network in networks]),
    )


def _train_linearized(settings, networks, size, draw):
    """Online-batch SGD of the linearization of every network."""
    stack = stacked(networks, size)
    ratios, shape = stack.lessons.soft_ratio[0], (settings.sgd_steps, settings.batch_size)
    rates = [sgd_rates(gram, ratios, settings.temperature, settings.step_share) for gram in stack.gram]
    runs = range(len(networks))
    batches = np.stack([draw(run, "batches").integers(size, size=shape, dtype=np.int32) for run in runs])
    coefficients = sgd_coefficients(stack.gram, stack.initial, stack.lessons, np.stack(rates), batches)
    return xr.Dataset(
        {"sgd": (("repeat", "soft_ratio", "test"), _at_test_points(stack, coefficients))},
        coords={"repeat": runs, "soft_ratio": ratios},
    )


def _train(settings, networks):
    """Full-batch descent of every network at every soft ratio, and of their linearizations."""
    size = settings.n_train[-1]
    stack = stacked(networks, size)
    ratios = stack.lessons.soft_ratio[0]
    rates = [descent_rates(gram, ratios, settings.temperature, settings.step_share) for gram in stack.gram]
    steps = [0, *(2**k for k in range(settings.doublings + 1))]
    shape = len(networks), len(ratios), len(steps)

    # One network for each soft ratio: they start alike and part.
    copies = jax.tree.map(lambda leaf: np.repeat(leaf, len(ratios), axis=0), stack)
    params = jax.tree.map(
        lambda *leaves: np.repeat(np.stack(leaves), len(ratios), axis=0), *[network.params for network in networks]
    )
    lessons = copies.lessons._replace(soft_ratio=np.tile(ratios, len(networks)))
    descent = descend(params, copies.inputs, copies.test_inputs, copies.gram, lessons, np.concatenate(rates), steps)

    dims = ("repeat", "soft_ratio", "step")
    return xr.Dataset(
        {
            "network": ((*dims, "test"), descent.test_logits.reshape(*shape, -1)),
            "network_train": ((*dims, "n"), descent.train_logits.reshape(*shape, -1)),
            "kernel_drift": (dims, descent.kernel_drift.reshape(shape)),
            "linearized_path": ((*dims, "test"), _linearized_path(stack, np.stack(rates), steps)),
        },
        coords={"repeat": range(len(networks)), "soft_ratio": ratios, "step": steps, "n": np.arange(1, size + 1)},
    )


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
