"""The batches of worlds that jobs compute: which there are, how their files are named, what settings they have.

The batches of a dataset divide its worlds, in their order; the teachers and students on it have the same batches. A
dataset without worlds, as the published images of MNIST, is one batch.
"""


def firsts(dataset: dict, worlds: int | None = None) -> list[int]:
    """Return the number of the first world of each batch of a dataset.

    Parameters
    ----------
    dataset : dict
        Its block of the configuration.
    worlds : int, optional
        The batches that hold the first so many worlds; by default all.
    """
    return list(range(0, worlds or dataset.get("worlds", 1), size(dataset)))


def names(dataset: dict, worlds: int | None = None) -> list[str]:
    """Return how the files of each batch are named, without their ending: `firsts` in four digits or more."""
    return [name(first) for first in firsts(dataset, worlds)]


def name(first: int) -> str:
    """Return how the files of the batch with a first world are named, without their ending."""
    return f"{first:04d}"


def size(dataset: dict) -> int:
    """Return the number of worlds of each batch of a dataset."""
    return dataset.get("worlds_per_job", dataset.get("worlds", 1))


def settings(dataset: dict, first: int) -> dict:
    """Return what makes one batch of a dataset: its block with the batch's own worlds, and not how many there are.

    Parameters
    ----------
    dataset : dict
        Its block of the configuration.
    first : int
        The batch's first world.

    Returns
    -------
    dict
        Where the dataset has worlds, ``worlds`` is that of the batch and ``first_world`` its first.
    """
    if "worlds" not in dataset:
        return dataset
    own = {key: value for key, value in dataset.items() if key != "worlds_per_job"}
    return {**own, "worlds": size(dataset), "first_world": first}


def worlds_of_cell(cell: dict, dataset: dict) -> int:
    """Return how many worlds a cell has: the first so many of its dataset, all where it does not say."""
    worlds = dataset.get("worlds", 1)
    return min(cell.get("worlds", worlds), worlds)
