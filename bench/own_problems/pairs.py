"""What is recorded of one pair of problem and student: errors of every setting, and those of the kernel student."""

import numpy as np
from scipy.stats import rankdata

import kdtheory
from bench.own_problems import decisions, problems, students
from kdtheory.jobs.seeds import generator

DEFAULT = (problems.CHECKPOINTS[-1], 0.5, 2.0)


def pairs() -> list[tuple[str, float, str]]:
    """Return task, noise and student of all 27 pairs."""
    both = [(task, noise, kind) for task in problems.TASKS for noise in problems.NOISES for kind in ("brief", "long")]
    return [*both, *((task, 0.15, "convolutional") for task in ("digits", "mnist", "cifar10"))]


def measure(task: str, noise: float, kind: str, *, sizes: tuple | None = None, epochs: int | None = None) -> dict:
    """Train the students of a pair, diagnose its problem, and return everything the protocol asks of it.

    Parameters
    ----------
    task, noise, kind
        See `pairs`.
    sizes, epochs : optional
        By default those of the protocol.
    """
    fresh = problems.draw(task, noise, sizes)
    chosen = students.settings(len(problems.CHECKPOINTS))
    trained = []
    for seed in range(students.SEEDS):
        start = int(generator(problems.ROOT_SEED, task, f"{noise:g}", kind, seed).integers(2**31))
        trained.append(students.errors(fresh, kind, start, epochs))
    audit, test = (np.stack(each) for each in zip(*trained, strict=True))
    tree = kdtheory.diagnose(fresh.problem, hard_label_error=float(audit[0, 0]))
    kernel = _kernel_errors(tree["ranking"].to_dataset(), fresh.problem, chosen)
    names = [(float(fresh.problem.checkpoints[each.checkpoint]), each.alpha, each.temperature) for each in chosen]
    start = tuple(tree.attrs[f"start_{name}"] for name in ("checkpoint", "alpha", "temperature"))
    regret = test.mean(axis=0) - test.mean(axis=0).min()
    return {
        "task": task, "noise": noise, "student": kind, "settings": names,
        "audit_errors": audit.tolist(), "test_errors": test.tolist(), "kernel_errors": kernel,
        "start": start, "start_regret": float(regret[names.index(start)]),
        "default_regret": float(regret[names.index(DEFAULT)]),
        "answer": decisions.answer(tree.attrs["hard_label_error"], tree.attrs["kernel_flow_error"]),
        "agreement": agreement(kernel[1:], test[:, 1:].mean(axis=0)),
    }  # fmt: skip


def _kernel_errors(ranking, problem, chosen):
    """The kernel student's audit errors in the order of the settings."""
    found = {}
    for rank in ranking["rank"].values:
        at = ranking.sel(rank=rank)
        key = (float(at["checkpoint"]), float(at["alpha"]), float(at["temperature"]))
        found[(None, 0.0, 1.0) if key[1] == 0 else key] = float(at["error"])
    keys = [
        (problem.checkpoints[each.checkpoint] if each.alpha else None, each.alpha, each.temperature) for each in chosen
    ]
    return [found[key] for key in keys]


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """Return Spearman's correlation with mean ranks for ties; 0 where one side is constant."""
    first, second = (rankdata(each) - (len(each) + 1) / 2 for each in (one, other))
    size = np.sqrt(first @ first * (second @ second))
    return float(first @ second / size) if size > 0 else 0.0
