"""What a job costs by its settings: arithmetic operations and bytes of memory, leading terms only.

A job computes one batch of worlds (`kdtheory.study.batches`). An operation is one multiplication, addition or
elementary function of one number. Nothing is measured here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, prod

from kdtheory.study import batches

# An elementwise step of a kernel's recursion, arcsines and roots included, and a backward pass beside its forward one.
_KERNEL_STEP = 80
_TRAINING = 3
# Risk points whose kernels are held at once (`kdtheory.students.kernel.risk`).
_RISK_BLOCK = 2000
# Where the kind of a dataset fixes the dimension of its inputs.
_AXES = {"digits": 784, "line": 1}
# Images of two of MNIST's classes, at most.
_DIGITS = 16000
# Views of a transfer image of which a teacher's logits are kept beside those of the image.
_VIEWS = {"none": 0, "flip": 2, "flip_and_coarse_crop": 18}
# Evaluations of a gradient flow until it is at rest.
_FLOW_STEPS = 2000
_CIFAR10 = {"side": 32, "channels": 3, "classes": 10, "axes": 3072}


@dataclass(frozen=True)
class Cost:
    """Operations of a job, and the bytes of its largest arrays."""

    operations: float
    bytes: float


def student_cost(student: str, cell: dict, dataset: dict, teacher: dict, first_world: int = 0) -> Cost:
    """Return the cost of the students of one batch of worlds of a cell.

    Parameters
    ----------
    student : str
        Module of `kdtheory.students` that fits the cell.
    cell, dataset, teacher : dict
        Their blocks of the configuration.
    first_world : int
        The first world of the batch; networks of finite width are trained in the first worlds alone.

    Raises
    ------
    ValueError
        No count is known for the module.
    """
    if student not in _STUDENTS:
        raise ValueError(f"no count of operations is known for students of kind {student!r}")
    trained = max(0, cell.get("trained_worlds", 0) - first_world)
    return _STUDENTS[student]({**cell, "trained_worlds": trained}, dataset, teacher)


def is_counted(student: str) -> bool:
    """Return whether a count is known for a module of students; a module of yours may have none."""
    return student in _STUDENTS


def teacher_cost(teacher: dict, dataset: dict) -> Cost | None:
    """Return the cost of training the teachers of one batch of worlds, None for a kind that is not trained."""
    count = _TEACHERS.get(teacher["kind"])
    return count and count(teacher, dataset)


def dataset_bytes(dataset: dict) -> float:
    """Return the bytes of the inputs of one batch of a dataset, which its job holds at once."""
    if dataset["kind"] == "cifar10":
        return _image_bytes(dataset)
    axes, points = _dim(dataset), _points(dataset)
    if dataset.get("coordinates") == "triangular":
        axes = min(points, axes - 1) + 1
    return 8 * (_transfer_sets(dataset) * points + _risk_points(dataset)) * axes


def logits_bytes(dataset: dict, teacher: dict) -> float:
    """Return the bytes of a teacher's logits on one batch of a dataset."""
    if dataset["kind"] == "cifar10":
        seen = _VIEWS[teacher.get("views", "none")] * dataset["transfer_points"]
        each = batches.size(dataset) * (_images(dataset) + seen) * _CIFAR10["classes"]
    else:
        each = _transfer_sets(dataset) * _points(dataset)
    kept = len(teacher.get("stopping_epochs", [0])) * len(teacher.get("norms", [1]))
    return (8 * each + _risk_points(dataset)) * kept * teacher.get("worlds", 1)


def _linear(cell, dataset, _teacher):
    points, axes = max(cell["n_train"]), _dim(dataset)
    sets = _transfer_sets(dataset) if "worlds" in dataset else cell["worlds"]
    factorisation = 4 * axes * points**2
    steps = cell.get("hard_target_steps", 0) + cell.get("descent_steps", 0)
    descent = 4 * points * axes * steps * len(cell["n_train"])
    gram = cell.get("gram_sets", 0) * len(dataset.get("kappas", [1])) * sum(n**2 for n in cell["n_train"])
    return Cost(sets * (factorisation + descent) + gram, 8 * sets * points * min(points, axes))


def _linear_design(cell, dataset, _teacher):
    pool, largest, axes = cell["pool_points"], max(cell["n_train"]), min(_dim(dataset), cell["pool_points"])
    pools = _transfer_sets(dataset) if "worlds" in dataset else cell["worlds"]
    each = 2 * pool**2 * axes + len(cell["designs"]) * (_choice(pool, largest) + 4 * axes * largest**2)
    return Cost(pools * each, 8 * (pools * pool * axes + 3 * pool**2))


def _linear_path(cell, dataset, teacher):
    step = 4 * batches.size(dataset) * dataset["n_points"] * dataset["dim"] * len(teacher["norms"])
    return Cost(step * cell["max_steps"] * len(cell["precisions"]), 16 * dataset["n_points"] * dataset["dim"])


def _step_sizes(cell, dataset, teacher):
    sets = batches.size(dataset) * len(cell["step_sizes"]) * (len(teacher["norms"]) + 1)
    points = dataset["n_points"] * dataset["dim"]
    return Cost(4 * sets * points * cell["max_steps"], 8 * batches.size(dataset) * points)


def _deep_linear(cell, dataset, _teacher):
    weights = sum(dataset["dim"] * cell["hidden_width"] * depth for depth in cell["depths"])
    paths = len(cell["init_ratios"]) * len(cell["starts"])
    return Cost(6 * weights * batches.size(dataset) * paths * cell["max_steps"], 8 * weights * paths * 4)


def _kernel(cell, dataset, _teacher):
    transfer = max(cell["n_train"])
    on_test = set(cell["kept"]) - {"coefficients", "norm", "risk", "flow", "spectrum"}
    test = dataset.get("n_test", dataset.get("n_candidates", 0)) if on_test else 0
    oracle = max(0, max(cell.get("oracle_sizes", [0])) - test)
    columns = _columns(cell) * len(dataset.get("modes", [1]) if isinstance(dataset.get("modes"), list) else [1])
    run = _regression(transfer, test + oracle, columns, _dim(dataset), cell["depth"])
    more = [cost(cell, dataset, transfer, columns) for kept, cost in _MORE.items() if kept in cell["kept"]]
    draw = (transfer + test + oracle) ** 3 / 3
    runs = _runs(cell, dataset) * len(cell.get("dims", [1]))
    kept = 8 * runs * columns * (len(cell["n_train"]) * test if "oracle" in cell["kept"] else transfer)
    operations = runs * (run.operations + draw + sum(cost.operations for cost in more))
    return Cost(operations, run.bytes + kept + sum(cost.bytes for cost in more))


def _risk(cell, dataset, transfer, columns):
    """Of one run: two kernels of its transfer points with the risk points, one solve, and the predictions."""
    kernels = transfer * (2 * dataset["dim"] + _KERNEL_STEP * cell["depth"])
    predictions = 2 * sum(cell["n_train"]) * columns
    held = 2 * transfer**2 + _RISK_BLOCK * (3 * transfer + len(cell["n_train"]) * columns)
    return Cost(dataset["n_risk"] * (kernels + transfer**2 + predictions), 8 * held)


def _kernel_design(cell, dataset, _teacher):
    pool, test, largest = cell["pool_points"], cell["error_points"], cell["largest_size"]
    points = pool + test
    kernel = _kernel_matrix(points, dataset["dim"], cell["depth"])
    students = _choice(pool, largest) + 2 * largest**2 * points + 2 * largest * points
    each = kernel.operations + points**3 / 3 + len(cell["designs"]) * students
    return Cost(batches.size(dataset) * each, kernel.bytes + 8 * (points**2 + 2 * largest * points))


def _choice(pool, largest):
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


def _image_kernel(cell, dataset, _teacher):
    transfer, test = max(cell["n_train"]), dataset["test_points"]
    columns = _columns(cell) * _CIFAR10["classes"]
    kernel = _kernel_matrix(dataset["transfer_points"] + test, _CIFAR10["axes"], cell["depth"])
    run = _solves(transfer, test, columns)
    operations = batches.size(dataset) * kernel.operations + _runs(cell, dataset) * run.operations
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


def _resnet_students(cell, dataset, _teacher):
    network = {key: cell[key] for key in ("width", "blocks", "stem_stride")}
    # At most: a student ends when it agrees with its targets.
    images = sum(cell["steps"] * min(n_train, cell["batch_size"]) for n_train in cell["n_train"])
    soft = sum(ratio > 0 for ratio in cell["soft_ratios"]) * len(cell["stopping_epochs"]) * len(cell["loss_scales"])
    hard = cell["soft_ratios"].count(0) * (1 if cell["labels"] == "truth" else len(cell["stopping_epochs"]))
    students = _runs(cell, dataset) * (soft + hard)
    return Cost(students * images * _TRAINING * resnet_operations(**network), _resnet_bytes(cell, dataset))


def _network_students(cell, dataset, _teacher):
    points, ratios = max(cell["n_train"]), len(cell["soft_ratios"])
    worlds = batches.size(dataset)
    trained = min(worlds, cell["trained_worlds"])
    operations = 0.0
    for width in cell["widths"]:
        weights = _layers(dataset["dim"], width, cell["depth"], 1)
        descent = trained * ratios * points * 2 ** cell["doublings"]
        sgd = worlds * ratios * cell["sgd_steps"] * cell["batch_size"] * len(cell["n_train"])
        # A step of SGD of the linearized network takes one row of the kernel for each point of its batch.
        kernels = worlds * points * (points + cell["test_points"]) * width
        operations += 2 * _TRAINING * weights * descent + 2 * sgd * points + 4 * cell["depth"] * kernels
    largest = _layers(dataset["dim"], max(cell["widths"]), cell["depth"], 1)
    return Cost(operations, 8 * 4 * largest * max(1, trained))


def _growing_networks(cell, dataset, _teacher):
    networks = batches.size(dataset) * (cell["last_size"] - cell["first_size"] + 1)
    passes = _TRAINING * cell["adam_steps"] * cell["last_size"] + cell["error_points"]
    weights = {width: _layers(dataset["dim"], width, cell["hidden_layers"], 1) for width in cell["widths"]}
    widest = max(cell["widths"])
    held = 16 * weights[widest] + 24 * cell["last_size"] * widest * cell["hidden_layers"] + 16 * cell["error_points"]
    return Cost(2 * networks * passes * sum(weights.values()), networks * held)


def _network(teacher, dataset):
    weights = _layers(_dim(dataset), teacher["width"], teacher["hidden_layers"], 1)
    worlds, points = batches.size(dataset), teacher["train_points"]
    images = max(teacher["stopping_epochs"]) * points * worlds
    return Cost(2 * _TRAINING * weights * images, worlds * (16 * weights + 8 * _dim(dataset) * points))


def _image_mlp(teacher, dataset):
    weights = _layers(_CIFAR10["axes"], teacher["width"], teacher["hidden_layers"], _CIFAR10["classes"])
    images = max(teacher["stopping_epochs"]) * dataset["teacher_points"] * batches.size(dataset)
    pixels = 4 * _CIFAR10["axes"] * _images(dataset)
    return Cost(2 * _TRAINING * weights * images, 16 * weights + pixels + _image_bytes(dataset))


def _resnet(teacher, dataset):
    network = {key: teacher[key] for key in ("width", "blocks", "stem_stride")}
    images = max(teacher["stopping_epochs"]) * dataset["teacher_points"] * batches.size(dataset)
    return Cost(images * _TRAINING * resnet_operations(**network), _resnet_bytes(teacher, dataset))


def resnet_operations(width: int, blocks: Sequence[int], stem_stride: int) -> int:
    """Return the operations of a residual network (`kdtheory.training.resnet.ResNet`) on one CIFAR-10 image."""
    side = ceil(_CIFAR10["side"] / stem_stride)
    total, channels = 9 * _CIFAR10["channels"] * width * side**2, width
    for stage, n_blocks in enumerate(blocks):
        for block in range(n_blocks):
            after = width * 2**stage
            if stage and not block:
                side = ceil(side / 2)
                total += channels * after * side**2
            total += 9 * (channels + after) * after * side**2
            channels = after
    return 2 * (total + channels * _CIFAR10["classes"])


def _resnet_bytes(network, dataset):
    # All images as bytes, and the activations of one batch: about a dozen copies of the widest stage.
    side = _CIFAR10["side"] / network["stem_stride"]
    activations = 4 * 12 * network["batch_size"] * network["width"] * side**2 * sum(network["blocks"])
    return _image_bytes(dataset) + activations


def _columns(cell):
    varied = ("soft_ratios", "stopping_epochs", "flip_probabilities", "loss_scales", "temperatures", "hard_logits")
    return prod(len(cell[key]) for key in varied if key in cell)
    varied = ("soft_ratios", "stopping_epochs", "flip_probabilities", "amplitudes", "losses")
    both_labels = 2 if "losses" in cell else 1
    return both_labels * prod(len(cell[key]) for key in varied if key in cell)


def _layers(axes, width, hidden_layers, outputs):
    return axes * width + (hidden_layers - 1) * width**2 + width * outputs


def _images(dataset):
    """Images of one world."""
    return dataset["teacher_points"] + dataset["transfer_points"] + dataset["test_points"]


def _points(dataset):
    """Points of one run, of the whole set for digits."""
    known = [dataset.get(key, 0) for key in ("n_points", "n_test", "n_oracle", "n_candidates")]
    return sum(known) or _DIGITS


def _risk_points(dataset):
    """Risk points of one batch of a dataset."""
    return batches.size(dataset) * dataset.get("n_risk", 0)


def _image_bytes(dataset):
    return batches.size(dataset) * _CIFAR10["axes"] * _images(dataset)


def _transfer_sets(dataset):
    """Transfer sets of one batch of a dataset: one for each world, run and angle law."""
    return batches.size(dataset) * dataset.get("runs", 1) * len(dataset.get("kappas", [1]))


def _runs(cell, dataset):
    """Runs of one batch of a cell, of all its worlds together."""
    return batches.size(dataset) * cell.get("runs", dataset.get("runs", 1))


def _dim(dataset):
    return dataset.get("dim") or max(dataset.get("dims", [0])) or _AXES[dataset["kind"]]


_STUDENTS = {
    "linear.transfer": _linear,
    "linear.path": _linear_path,
    "linear.design": _linear_design,
    "linear.step_sizes": _step_sizes,
    "deep_linear.paths": _deep_linear,
    "kernel.points": _kernel,
    "kernel.design": _kernel_design,
    "kernel.images": _image_kernel,
    "resnet": _resnet_students,
    "finite_width.networks": _network_students,
    "finite_width.growth": _growing_networks,
}
_TEACHERS = {"network": _network, "image_mlp": _image_mlp, "resnet": _resnet}
