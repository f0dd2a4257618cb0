"""What kernel students cost by their settings, counted as in `kdtheory.study.operations`."""

from math import prod

from kdtheory.study import batches, counts
from kdtheory.study.counts import Cost

# An elementwise step of a kernel's recursion, arcsines and roots included.
_KERNEL_STEP = 80
# Risk points whose kernels are held at once (`kdtheory.students.kernel.risk`).
_RISK_BLOCK = 2000
# Evaluations of a gradient flow until it is at rest.
_FLOW_STEPS = 2000
# Keys of a cell whose values are columns of targets.
_VARIED = (
    "soft_ratios", "stopping_epochs", "flip_probabilities", "loss_scales", "temperatures", "hard_logits", "amplitudes",
    "losses",
)  # fmt: skip


def kernel(cell, dataset, _teacher):
    """Return the cost of the kernel students of one batch of a cell."""
    transfer = max(cell["n_train"])
    on_test = set(cell["kept"]) - {"coefficients", "norm", "risk", "flow", "spectrum"}
    test = dataset.get("n_test", dataset.get("n_candidates", 0)) if on_test else 0
    oracle = max(0, max(cell.get("oracle_sizes", [0])) - test)
    columns = _columns(cell) * len(dataset.get("modes", [1]) if isinstance(dataset.get("modes"), list) else [1])
    run = _regression(transfer, test + oracle, columns, counts.dim(dataset), cell["depth"])
    more = [cost(cell, dataset, transfer, columns) for kept, cost in _MORE.items() if kept in cell["kept"]]
    draw = (transfer + test + oracle) ** 3 / 3
    fits = counts.runs(cell, dataset) * len(cell.get("dims", [1]))
    kept = 8 * fits * columns * (len(cell["n_train"]) * test if "oracle" in cell["kept"] else transfer)
    operations = fits * (run.operations + draw + sum(cost.operations for cost in more))
    return Cost(operations, run.bytes + kept + sum(cost.bytes for cost in more))


def _risk(cell, dataset, transfer, columns):
    """Of one run: two kernels of its transfer points with the risk points, one solve, and the predictions."""
    kernels = transfer * (2 * counts.dim(dataset) + _KERNEL_STEP * cell["depth"])
    predictions = 2 * sum(cell["n_train"]) * columns
    held = 2 * transfer**2 + _RISK_BLOCK * (3 * transfer + len(cell["n_train"]) * columns)
    return Cost(counts.risk_points_of_world(dataset) * (kernels + transfer**2 + predictions), 8 * held)


def kernel_design(cell, dataset, _teacher):
    """Return the cost of kernel students of designed transfer sets."""
    pool, test, largest = cell["pool_points"], cell["error_points"], cell["largest_size"]
    points = pool + test
    kernel = _kernel_matrix(points, dataset["dim"], cell["depth"])
    students = choice(pool, largest) + 2 * largest**2 * points + 2 * largest * points
    each = kernel.operations + points**3 / 3 + len(cell["designs"]) * students
    return Cost(batches.size(dataset) * each, kernel.bytes + 8 * (points**2 + 2 * largest * points))


def choice(pool, largest):
    """Return the operations by which a design picks points of a pool."""
    # A pivoted factorisation of the first columns.
    return pool * largest**2


def _flow(cell, _dataset, _transfer, columns):
    # A stiff integrator takes some thousands of products with the kernel.
    return Cost(2 * _FLOW_STEPS * columns * sum(n**2 for n in cell["n_train"]), 0)


def _hard_learners(cell, _dataset, _transfer, _columns):
    """Descent on hard labels, and an active set of about a third of the points for the largest margin."""
    each = sum(2 * max(cell["hard_steps"]) * n**2 + n**4 / 27 / 3 for n in cell["n_train"])
    return Cost(len(cell["labels"]) * each, 0)


def _spectrum(_cell, _dataset, transfer, columns):
    # Eigenvectors, then steps of four products with them over the decades between the eigenvalues.
    steps = 500
    return Cost(9 * transfer**3 + steps * 8 * transfer**2 * columns, 24 * transfer**2 + 8 * steps * columns)


# What a cell may keep beyond the fit itself, for each run.
_MORE = {"risk": _risk, "flow": _flow, "hard_labels": _hard_learners, "spectrum": _spectrum}


def image_kernel(cell, dataset, _teacher):
    """Return the cost of the kernel students of images of one batch of a cell."""
    transfer, test = max(cell["n_train"]), counts.test_images(dataset)
    columns = _columns(cell) * counts.classes(dataset)
    kernel = _kernel_matrix(counts.transfer_images(dataset) + test, counts.dim(dataset), cell["depth"])
    run = _solves(transfer, test, columns)
    operations = batches.size(dataset) * kernel.operations + counts.runs(cell, dataset) * run.operations
    return Cost(operations, kernel.bytes + run.bytes)


def _regression(transfer, others, columns, axes, depth):
    kernel, solves = _kernel_matrix(transfer + others, axes, depth), _solves(transfer, others, columns)
    return Cost(kernel.operations + solves.operations, kernel.bytes + solves.bytes)


def _kernel_matrix(points, axes, depth):
    # Symmetric: half of the entries, and of the multiplications and additions.
    return Cost(points**2 * (axes + _KERNEL_STEP * depth / 2), 16 * points**2 + 8 * points * axes)


def _solves(transfer, test, columns):
    operations = transfer**3 / 3 + transfer**2 * (test + columns) + 2 * transfer * test * columns
    return Cost(operations, 8 * (transfer**2 + transfer * (test + columns) + test * columns))


def _columns(cell):
    both_labels = 2 if "losses" in cell else 1
    return both_labels * prod(len(cell[key]) for key in _VARIED if key in cell)
