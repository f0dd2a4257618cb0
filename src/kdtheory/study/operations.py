"""What a job costs by its settings: arithmetic operations and bytes of memory, leading terms only.

A job computes one batch of worlds (`kdtheory.study.batches`). An operation is one multiplication, addition or
elementary function of one number. Nothing is measured here.
"""

from collections.abc import Sequence
from math import ceil

from kdtheory.study import batches, counts, kernel_operations, own
from kdtheory.study.counts import CIFAR10, Cost

# A backward pass beside its forward one.
_TRAINING = 3
# Views of a transfer image of which a teacher's logits are kept beside those of the image.
_VIEWS = {"none": 0, "flip": 2, "flip_and_coarse_crop": 18}


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
        return counts.image_bytes(dataset)
    axes, points = counts.dim(dataset), counts.points(dataset)
    if dataset.get("coordinates") == "triangular":
        axes = min(points, axes - 1) + 1
    return 8 * (counts.transfer_sets(dataset) * points + counts.risk_points(dataset)) * axes


def logits_bytes(dataset: dict, teacher: dict) -> float:
    """Return the bytes of a teacher's logits on one batch of a dataset."""
    if dataset["kind"] == "cifar10":
        seen = _VIEWS[teacher.get("views", "none")] * dataset["transfer_points"]
        each = batches.size(dataset) * (counts.images(dataset) + seen) * CIFAR10["classes"]
    else:
        each = counts.transfer_sets(dataset) * counts.points(dataset)
        each *= counts.classes(dataset) if own.is_file(dataset) else 1
    kept = len(teacher.get("stopping_epochs", [0])) * len(teacher.get("norms", [1]))
    return (8 * each + counts.risk_points(dataset)) * kept * teacher.get("worlds", 1)


def _linear(cell, dataset, _teacher):
    points, axes = max(cell["n_train"]), counts.dim(dataset)
    sets = counts.transfer_sets(dataset) if "worlds" in dataset else cell["worlds"]
    factorisation = 4 * axes * points**2
    steps = cell.get("hard_target_steps", 0) + cell.get("descent_steps", 0)
    descent = 4 * points * axes * steps * len(cell["n_train"])
    gram = cell.get("gram_sets", 0) * len(dataset.get("kappas", [1])) * sum(n**2 for n in cell["n_train"])
    return Cost(sets * (factorisation + descent) + gram, 8 * sets * points * min(points, axes))


def _linear_design(cell, dataset, _teacher):
    pool, largest, axes = cell["pool_points"], max(cell["n_train"]), min(counts.dim(dataset), cell["pool_points"])
    pools = counts.transfer_sets(dataset) if "worlds" in dataset else cell["worlds"]
    each = 2 * pool**2 * axes + len(cell["designs"]) * (kernel_operations.choice(pool, largest) + 4 * axes * largest**2)
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


def _resnet_students(cell, dataset, _teacher):
    network = {key: cell[key] for key in ("width", "blocks", "stem_stride")}
    # At most: a student ends when it agrees with its targets.
    images = sum(cell["steps"] * min(n_train, cell["batch_size"]) for n_train in cell["n_train"])
    soft = sum(ratio > 0 for ratio in cell["soft_ratios"]) * len(cell["stopping_epochs"]) * len(cell["loss_scales"])
    hard = cell["soft_ratios"].count(0) * (1 if cell["labels"] == "truth" else len(cell["stopping_epochs"]))
    students = counts.runs(cell, dataset) * (soft + hard)
    return Cost(students * images * _TRAINING * resnet_operations(**network), _resnet_bytes(cell, dataset))


def _network_students(cell, dataset, _teacher):
    points, ratios = max(cell["n_train"]), len(cell["soft_ratios"])
    worlds = batches.size(dataset)
    trained = min(worlds, cell["trained_worlds"])
    operations = 0.0
    for width in cell["widths"]:
        weights = _layers(counts.dim(dataset), width, cell["depth"], 1)
        descent = trained * ratios * points * 2 ** cell["doublings"]
        sgd = worlds * ratios * cell["sgd_steps"] * cell["batch_size"] * len(cell["n_train"])
        # A step of SGD of the linearized network takes one row of the kernel for each point of its batch.
        kernels = worlds * points * (points + cell["test_points"]) * width
        operations += 2 * _TRAINING * weights * descent + 2 * sgd * points + 4 * cell["depth"] * kernels
    largest = _layers(counts.dim(dataset), max(cell["widths"]), cell["depth"], 1)
    return Cost(operations, 8 * 4 * largest * max(1, trained))


def _growing_networks(cell, dataset, _teacher):
    networks = batches.size(dataset) * (cell["last_size"] - cell["first_size"] + 1)
    passes = _TRAINING * cell["adam_steps"] * cell["last_size"] + cell["error_points"]
    weights = {width: _layers(dataset["dim"], width, cell["hidden_layers"], 1) for width in cell["widths"]}
    widest = max(cell["widths"])
    held = 16 * weights[widest] + 24 * cell["last_size"] * widest * cell["hidden_layers"] + 16 * cell["error_points"]
    return Cost(2 * networks * passes * sum(weights.values()), networks * held)


def _network(teacher, dataset):
    weights = _layers(counts.dim(dataset), teacher["width"], teacher["hidden_layers"], 1)
    worlds, points = batches.size(dataset), teacher["train_points"]
    images = max(teacher["stopping_epochs"]) * points * worlds
    return Cost(2 * _TRAINING * weights * images, worlds * (16 * weights + 8 * counts.dim(dataset) * points))


def _image_mlp(teacher, dataset):
    weights = _layers(CIFAR10["axes"], teacher["width"], teacher["hidden_layers"], CIFAR10["classes"])
    images = max(teacher["stopping_epochs"]) * dataset["teacher_points"] * batches.size(dataset)
    pixels = 4 * CIFAR10["axes"] * counts.images(dataset)
    return Cost(2 * _TRAINING * weights * images, 16 * weights + pixels + counts.image_bytes(dataset))


def _resnet(teacher, dataset):
    network = {key: teacher[key] for key in ("width", "blocks", "stem_stride")}
    images = max(teacher["stopping_epochs"]) * dataset["teacher_points"] * batches.size(dataset)
    return Cost(images * _TRAINING * resnet_operations(**network), _resnet_bytes(teacher, dataset))


def resnet_operations(width: int, blocks: Sequence[int], stem_stride: int) -> int:
    """Return the operations of a residual network (`kdtheory.training.resnet.ResNet`) on one CIFAR-10 image."""
    side = ceil(CIFAR10["side"] / stem_stride)
    total, channels = 9 * CIFAR10["channels"] * width * side**2, width
    for stage, n_blocks in enumerate(blocks):
        for block in range(n_blocks):
            after = width * 2**stage
            if stage and not block:
                side = ceil(side / 2)
                total += channels * after * side**2
            total += 9 * (channels + after) * after * side**2
            channels = after
    return 2 * (total + channels * CIFAR10["classes"])


def _resnet_bytes(network, dataset):
    # All images as bytes, and the activations of one batch: about a dozen copies of the widest stage.
    side = CIFAR10["side"] / network["stem_stride"]
    activations = 4 * 12 * network["batch_size"] * network["width"] * side**2 * sum(network["blocks"])
    return counts.image_bytes(dataset) + activations


def _layers(axes, width, hidden_layers, outputs):
    return axes * width + (hidden_layers - 1) * width**2 + width * outputs


_STUDENTS = {
    "linear.transfer": _linear,
    "linear.path": _linear_path,
    "linear.design": _linear_design,
    "linear.step_sizes": _step_sizes,
    "deep_linear.paths": _deep_linear,
    "kernel.points": kernel_operations.kernel,
    "kernel.design": kernel_operations.kernel_design,
    "kernel.images": kernel_operations.image_kernel,
    "resnet": _resnet_students,
    "finite_width.networks": _network_students,
    "finite_width.growth": _growing_networks,
}
_TEACHERS = {"network": _network, "image_mlp": _image_mlp, "resnet": _resnet}
