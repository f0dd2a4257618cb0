"""How large the jobs of a configuration are: worlds, runs and points of its blocks, and what a cost is."""

from dataclasses import dataclass

from kdtheory.study import batches, own

CIFAR10 = {"side": 32, "channels": 3, "classes": 10, "axes": 3072}
# Where the kind of a dataset fixes the dimension of its inputs.
_AXES = {"digits": 784, "line": 1, "cifar10": CIFAR10["axes"]}
# Images of two of MNIST's classes, at most.
_DIGITS = 16000


@dataclass(frozen=True)
class Cost:
    """Operations of a job, and the bytes of its largest arrays."""

    operations: float
    bytes: float


def images(dataset):
    """Images of one world."""
    return dataset.get("teacher_points", 0) + transfer_images(dataset) + test_images(dataset)


def transfer_images(dataset):
    """Transfer images of one world, or transfer points of one run of a file."""
    return dataset["n_points"] if own.is_file(dataset) else dataset["transfer_points"]


def test_images(dataset):
    """Test images of one world, or test points of one world of a file."""
    return dataset["n_test"] if own.is_file(dataset) else dataset["test_points"]


def classes(dataset):
    """Classes of a file, or of CIFAR-10."""
    return own.shape(dataset)[1] if own.is_file(dataset) else CIFAR10["classes"]


def points(dataset):
    """Points of one run, of the whole set for digits."""
    known = [dataset.get(key, 0) for key in ("n_points", "n_test", "n_oracle", "n_candidates")]
    return sum(known) or _DIGITS


def risk_points(dataset):
    """Risk points of one batch of a dataset."""
    return batches.size(dataset) * risk_points_of_world(dataset)


def risk_points_of_world(dataset):
    """Risk points of one world; of a file its test points."""
    return dataset["n_test"] if own.is_file(dataset) else dataset.get("n_risk", 0)


def image_bytes(dataset):
    """Bytes of the pixels of one batch of a dataset."""
    return batches.size(dataset) * CIFAR10["axes"] * images(dataset)


def transfer_sets(dataset):
    """Transfer sets of one batch of a dataset: one for each world, run and angle law."""
    return batches.size(dataset) * dataset.get("runs", 1) * len(dataset.get("kappas", [1]))


def runs(cell, dataset):
    """Runs of one batch of a cell, of all its worlds together."""
    return batches.size(dataset) * cell.get("runs", dataset.get("runs", 1))


def dim(dataset):
    """Dimension of the inputs, the largest where several are measured."""
    if own.is_file(dataset):
        return own.shape(dataset)[0]
    return dataset.get("dim") or max(dataset.get("dims", [0])) or _AXES[dataset["kind"]]
