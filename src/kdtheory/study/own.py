"""The gate of a study on a user's own problem: which experiments it computes, and what its files allow."""

from kdtheory.study.schema import ConfigError, dotted, schema, shown, suggest

KIND = "file"
# The kind of dataset whose samples a user's file of logits names one by one.
_NAMED = "digits"
# What a cell may say in place of the file's checkpoints.
_EPOCHS = {"all": slice(None), "last": slice(-1, None)}


def only_chosen(config: dict) -> dict:
    """Return a configuration without the experiments that its key ``only`` leaves out.

    Raises ConfigError where it names one that has no block.
    """
    if not isinstance(config.get("only"), list) or not isinstance(config.get("experiments"), dict):
        return config
    blocks = config["experiments"]
    for index, name in enumerate(config["only"]):
        if name not in blocks:
            raise ConfigError(f"{dotted(('only', index))}: is {shown(name)}{suggest(name, blocks)}")
    return {**config, "experiments": {name: block for name, block in blocks.items() if name in config["only"]}}


def with_checkpoints(config: dict) -> dict:
    """Return a configuration in which ``all`` and ``last`` are checkpoints of the file of a cell's dataset."""

    def filled(cell):
        words = cell.get("stopping_epochs") if isinstance(cell, dict) else None
        if not isinstance(words, str) or words not in _EPOCHS or not _on_file(config, cell):
            return cell
        name = cell["dataset"]
        return {**cell, "stopping_epochs": checkpoints(config["datasets"][name], name)[_EPOCHS[words]]}

    experiments = {}
    for name, block in config["experiments"].items():
        if isinstance(block, dict) and isinstance(block.get("cells"), dict):
            block = {**block, "cells": {cell: filled(settings) for cell, settings in block["cells"].items()}}
        experiments[name] = block
    return {**config, "experiments": experiments}


def checkpoints(dataset: dict, name: str) -> list[int]:
    """Return the checkpoints of a file dataset; ConfigError where its file cannot be used."""
    return [int(each) for each in _pool(dataset, name).problem.checkpoints]


def check_datasets(config: dict) -> None:
    """Read the files of all datasets of kind ``file`` that a cell uses, and count their points.

    Raises
    ------
    ConfigError
        A file is refused, or has fewer points than a size asks for; a dataset of kind ``file`` is used without a
        teacher of that kind and path, or for more classes than an experiment admits; a teacher of kind ``file`` is used
        with points that it cannot name; or experiments on files are mixed with others, which the papers' claims and
        figures read.
    """
    used = {(name, cell): settings for name, block in config["experiments"].items() for cell, settings in _cells(block)}
    for (name, cell), settings in used.items():
        _check_teacher(config, settings, ("experiments", name, "cells", cell, "dataset"))
    on_files = {path: settings for path, settings in used.items() if _on_file(config, settings)}
    for dataset in sorted({settings["dataset"] for settings in on_files.values()}):
        block = config["datasets"][dataset]
        pool = _pool(block, dataset)
        try:
            pool.check_sizes(block["n_points"], block["n_test"])
        except ValueError as error:
            raise ConfigError(f"datasets.{dataset}: {error}") from error
    for (name, cell), settings in on_files.items():
        _check_cell(config, settings, name, ("experiments", name, "cells", cell))
    others = sorted(config["experiments"].keys() - {name for name, _ in on_files})
    if on_files and others:
        raise ConfigError(
            f"experiments.{others[0]}: is not on the problem file that other experiments are on; name those that are "
            "in the key only"
        )


def is_own(config: dict) -> bool:
    """Return whether a checked configuration is a study on a user's own problem."""
    cells = (settings for block in config["experiments"].values() for _, settings in _cells(block))
    return any(_on_file(config, settings) for settings in cells)


def is_file(dataset: dict) -> bool:
    """Return whether a dataset is made of a problem file."""
    return dataset.get("kind") == KIND


def shape(dataset: dict) -> tuple[int, int]:
    """Return the dimension of the inputs of a file dataset, and its number of classes."""
    pool = _pool(dataset, "")
    return pool.problem.features.shape[1], len(pool.classes)


def _check_teacher(config, settings, path):
    """A teacher that is a file has logits at the points of a problem file, or at images that its ids name."""
    teacher, kind = config["teachers"][settings["teacher"]], config["datasets"][settings["dataset"]]["kind"]
    if teacher["kind"] == KIND and kind not in (KIND, _NAMED):
        raise ConfigError(
            f"{dotted(path)}: {settings['dataset']} is of kind {kind}, must be of kind file, as its teacher "
            f"{settings['teacher']} is"
        )


def _check_cell(config, settings, experiment, path):
    teacher, dataset = config["teachers"][settings["teacher"]], config["datasets"][settings["dataset"]]
    if teacher != {"kind": KIND, "path": dataset["path"]}:
        raise ConfigError(
            f"{dotted((*path, 'teacher'))}: {settings['teacher']} must be of kind file, with the path of "
            f"datasets.{settings['dataset']}: {shown(dataset['path'])}"
        )
    classes = shape(dataset)[1]
    if classes > 2 and schema(f"experiments/{experiment}.yaml")["x-student"] != "kernel.images":
        raise ConfigError(
            f"{dotted((*path, 'dataset'))}: {settings['dataset']} has {classes} classes, {experiment} is for two; name "
            f"two in datasets.{settings['dataset']}.classes"
        )
    known = checkpoints(dataset, settings["dataset"])
    for epoch in settings["stopping_epochs"]:
        if epoch not in known:
            raise ConfigError(
                f"{dotted((*path, 'stopping_epochs'))}: holds {epoch}, must be a checkpoint of the file: {shown(known)}"
            )


def _cells(block):
    return block.get("cells", {}).items()


def _on_file(config, settings):
    block = config["datasets"].get(settings.get("dataset"))
    return isinstance(block, dict) and is_file(block)


def _pool(dataset, name):
    from kdtheory.tasks.problem_pool import read_pool

    try:
        return read_pool(dataset["path"], dataset.get("classes"), dataset.get("accept", ()))
    except (OSError, ValueError) as error:
        raise ConfigError(f"datasets.{name}.path: {error}") from error
