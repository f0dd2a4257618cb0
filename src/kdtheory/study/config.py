"""The one gate of the configuration: its schemas, rules that span keys, and one clear error before any job starts."""

import json
import math
import re

from kdtheory.study import batches, own
from kdtheory.study.schema import ConfigError, dotted, kind_of, names, schema, shown, suggest, validate

# Longer ones are no sizes or seeds; Python refuses to read the longest.
_INTEGER = re.compile(r"[+-]?\d{1,300}")
# Longer lists and more blocks or batches make more jobs or files than a run can plan.
_MOST_ENTRIES = 1000
_MOST_BATCHES = 200
# Smaller ones lose digits, or overflow where something is divided by them.
_LEAST_NUMBER = 1e-100
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


def check(config: dict) -> dict:
    """Validate a study's configuration.

    Parameters
    ----------
    config : dict
        The parsed configuration (config.yaml with any preset merged over it).

    Returns
    -------
    dict
        A copy in which numbers that arrive as text (``1e-3`` from YAML, nested ones from ``--config``) are numbers.

    Raises
    ------
    ConfigError
        On the first thing that is wrong.
    """
    config = with_numbers(config, ())
    validate(config, "study.yaml", ())
    for section in ("datasets", "teachers"):
        for name, block in config[section].items():
            validate(block, f"{section}/{kind_of(block, section, name)}.yaml", (section, name))
    config = own.with_checkpoints(own.only_chosen(config))
    for name, block in config["experiments"].items():
        known = names("experiments")
        if name not in known:
            raise ConfigError(f"{dotted(('experiments', name))}: unknown experiment{suggest(name, known)}")
        validate(block, f"experiments/{name}.yaml", ("experiments", name))
        _check_names(config, block, schema(f"experiments/{name}.yaml"), ("experiments", name))
        for cell, settings in block.get("cells", {}).items():
            _check_cell(config, settings, ("experiments", name, "cells", cell))
            _check_what_inputs_have(config, settings, ("experiments", name, "cells", cell))
            _check_chains(config, settings, ("experiments", name, "cells", cell))
        _check_same_dim(config, name, block)
        _check_joined_cells(name, block)
    _check_batches(config)
    _check_image_counts(config)
    _check_teacher_files(config)
    own.check_datasets(config)
    return config


def with_numbers(node, path=()):
    """Return a copy of a configuration, or of what stands at a path of keys, in which numbers in text are numbers."""
    if isinstance(node, dict | list) and len(node) > _MOST_ENTRIES:
        raise ConfigError(f"{dotted(path)}: has {len(node)} entries, must have at most {_MOST_ENTRIES}")
    if isinstance(node, dict):
        return {key: with_numbers(value, (*path, key)) for key, value in node.items()}
    if isinstance(node, list):
        return [with_numbers(value, (*path, index)) for index, value in enumerate(node)]
    if isinstance(node, str) and _NUMBER.fullmatch(node):
        node = int(node) if _INTEGER.fullmatch(node) else float(node)
    if isinstance(node, float) and not math.isfinite(node):
        raise ConfigError(f"{dotted(path)}: is {node}, must be a finite number")
    if isinstance(node, float) and 0 < abs(node) < _LEAST_NUMBER:
        raise ConfigError(f"{dotted(path)}: is {node}, must be 0 or at least {_LEAST_NUMBER} in size")
    return node


def _check_names(config, block, node, path):
    """Check every value whose schema says ``x-names``: it must name a dataset or teacher of an allowed kind."""
    if isinstance(block, dict):
        for key, value in block.items():
            child = node.get("properties", {}).get(key, node.get("additionalProperties"))
            _check_names(config, value, child, (*path, key))
    elif isinstance(block, list) and "items" in node:
        for index, value in enumerate(block):
            _check_names(config, value, node["items"], (*path, index))
    elif "x-names" in node:
        section = config[node["x-names"]]
        if block not in section:
            raise ConfigError(
                f"{dotted(path)}: is {json.dumps(block)}, not among {node['x-names']}{suggest(block, section)}"
            )
        kind = section[block]["kind"]
        if kind not in node["x-kinds"]:
            allowed = " or ".join(node["x-kinds"]) + _where_allowed(node["x-names"], kind)
            raise ConfigError(f"{dotted(path)}: {block} is of kind {kind}, must be of kind {allowed}")


def _where_allowed(section, kind):
    """The experiments that take a dataset or teacher of a kind."""

    def takes(node):
        if isinstance(node, dict):
            own = node.get("x-names") == section and kind in node["x-kinds"]
            return own or any(map(takes, node.values()))
        return isinstance(node, list) and any(map(takes, node))

    found = [name for name in names("experiments") if takes(schema(f"experiments/{name}.yaml"))]
    return f"; kind {kind} is for {', '.join(found)}" if found else ""


def _check_cell(config, settings, path):
    dataset, largest = config["datasets"][settings["dataset"]], max(settings.get("n_train", [0]))
    for key in ("n_points", "transfer_points"):
        if largest > dataset.get(key, math.inf):
            raise ConfigError(
                f"{dotted((*path, 'n_train'))}: asks for {largest} points, "
                f"but datasets.{settings['dataset']}.{key} is {dataset[key]}"
            )
    if "risk" in settings.get("kept", []) and "n_risk" not in dataset and not own.is_file(dataset):
        raise ConfigError(
            f"{dotted((*path, 'kept'))}: holds risk, for which datasets.{settings['dataset']}.n_risk is needed"
        )
    if sorted(settings.get("n_train", [])) != settings.get("n_train", []):
        raise ConfigError(f"{dotted((*path, 'n_train'))}: is {settings['n_train']}, must increase")
    if settings.get("recorded_steps", 0) > settings.get("max_steps", math.inf):
        raise ConfigError(f"{dotted((*path, 'recorded_steps'))}: is {settings['recorded_steps']}, must be ≤ max_steps")
    if "steps" in settings:
        from kdtheory.students.steps import epochs_of

        for n_train in settings["n_train"]:
            try:
                epochs_of(settings["steps"], n_train, settings["batch_size"])
            except ValueError as error:
                raise ConfigError(f"{dotted((*path, 'steps'))}: {error}") from error


def _check_what_inputs_have(config, settings, path):
    """Students see only the epochs that their teacher has, and the worlds, runs and points that their dataset has."""
    teacher, dataset = config["teachers"][settings["teacher"]], config["datasets"][settings["dataset"]]
    limits = {}
    if "stopping_epochs" in teacher:
        limits["stopping_epochs"] = (set(teacher["stopping_epochs"]), f"an epoch that {settings['teacher']} keeps")
    if "n_test" in dataset:
        beyond = dataset["n_test"] + dataset.get("n_oracle", 0)
        allowed = range(dataset["n_test"], beyond + 1)
        limits["oracle_sizes"] = (allowed, f"between n_test = {dataset['n_test']} and n_test + n_oracle = {beyond}")
    source = "datasets" if "worlds" in dataset else "teachers"
    for key, limiting, named in (
        ("test_points", "n_test", "datasets"),
        ("pool_points", "n_points", "datasets"),
        ("last_size", "n_points", "datasets"),
        ("worlds", "worlds", source),
        ("trained_worlds", "worlds", source),
        ("runs", "runs", "datasets"),
    ):
        name = settings[named.removesuffix("s")]
        most = config[named][name].get(limiting, math.inf)
        if settings.get(key, 0) > most:
            raise ConfigError(
                f"{dotted((*path, key))}: is {settings[key]}, must be at most {named}.{name}.{limiting} = {most}"
            )
    if "worlds" in dataset and settings.get("worlds", 0) % (size := batches.size(dataset)):
        raise ConfigError(
            f"{dotted((*path, 'worlds'))}: is {settings['worlds']}, must be a multiple of {size}, "
            f"the worlds of a job of datasets.{settings['dataset']}"
        )
    if "dims" in dataset:
        limits["dims"] = (dataset["dims"], f"one of datasets.{settings['dataset']}.dims")
        for key, known in (("modes", dataset["modes"]), ("width_law", dataset["width_laws"])):
            if (value := settings["flipped"][key]) not in known:
                where = dotted((*path, "flipped", key))
                raise ConfigError(f"{where}: is {shown(value)}, must be one of datasets.{settings['dataset']}: {known}")
    elif "dims" in settings:
        limits["dims"] = (
            range(1, dataset["dim"] + 1),
            f"at most datasets.{settings['dataset']}.dim = {dataset['dim']}",
        )
    for key, (allowed, words) in limits.items():
        for value in settings.get(key, []):
            if value not in allowed:
                raise ConfigError(f"{dotted((*path, key))}: holds {value}, must be {words}")


def _check_chains(config, settings, path):
    """The sizes of chains lie in their pool and increase; errors are counted on points that the dataset has."""
    dataset, pool = config["datasets"][settings["dataset"]], settings.get("pool_points", math.inf)
    for key, largest in (
        ("n_train", max(settings.get("n_train", [0]))),
        ("largest_size", settings.get("largest_size", 0)),
    ):
        if largest > pool:
            raise ConfigError(f"{dotted((*path, key))}: asks for {largest} points, but pool_points is {pool}")
    if "last_size" in settings and settings["last_size"] <= settings["first_size"]:
        raise ConfigError(
            f"{dotted((*path, 'last_size'))}: is {settings['last_size']}, must be above first_size = "
            f"{settings['first_size']}"
        )
    most = dataset.get("n_test", math.inf) + dataset.get("n_oracle", 0)
    if settings.get("error_points", 0) > most:
        raise ConfigError(
            f"{dotted((*path, 'error_points'))}: is {settings['error_points']}, must be at most n_test + n_oracle = "
            f"{most} of datasets.{settings['dataset']}"
        )


def _check_batches(config):
    """The worlds of the jobs divide those of the dataset, in no more jobs than a run can plan."""
    for name, block in config["datasets"].items():
        worlds, size = block.get("worlds", 1), batches.size(block)
        path = dotted(("datasets", name, "worlds_per_job"))
        if worlds % size:
            raise ConfigError(f"{path}: is {size}, must divide worlds = {worlds}")
        if worlds > size * _MOST_BATCHES:
            raise ConfigError(
                f"{path}: is {size}, must be at least worlds / {_MOST_BATCHES} = {worlds / _MOST_BATCHES:g}"
            )


def _check_same_dim(config, name, block):
    """Cells that the experiment's card joins in one array must have datasets of one dimension."""
    dims = {
        cell: config["datasets"][block["cells"][cell]["dataset"]]["dim"]
        for cell in schema(f"experiments/{name}.yaml").get("x-same-dim", [])
    }
    if len(set(dims.values())) > 1:
        raise ConfigError(
            f"experiments.{name}.cells: the datasets of {', '.join(dims)} must have one dim, found {dims}"
        )


def _check_image_counts(config):
    """A world's teacher and transfer images are disjoint, as are the test images of different worlds."""
    for name, block in config["datasets"].items():
        limit = schema(f"datasets/{block['kind']}.yaml").get("x-training-images", math.inf)
        wanted = block.get("teacher_points", 0) + block.get("transfer_points", 0)
        if wanted > limit:
            raise ConfigError(
                f"{dotted(('datasets', name))}: teacher_points + transfer_points is {wanted}, must be ≤ {limit}"
            )
        limit = schema(f"datasets/{block['kind']}.yaml").get("x-test-images", math.inf)
        wanted = block.get("worlds", 1) * block.get("test_points", 0)
        if wanted > limit:
            raise ConfigError(f"{dotted(('datasets', name))}: worlds × test_points is {wanted}, must be ≤ {limit}")


def _check_joined_cells(name, block):
    """Cells that the card joins along a key differ in nothing but what it says, and share no entry of that key."""
    card = schema(f"experiments/{name}.yaml")
    if "x-joined-along" not in card:
        return
    along, path = card["x-joined-along"], ("experiments", name, "cells")
    seen, first = {}, next(iter(block["cells"]))
    for cell, settings in block["cells"].items():
        compared = [key for key in settings | block["cells"][first] if key not in card["x-cells-differ-in"]]
        for key in compared:
            value, wanted = settings.get(key), block["cells"][first].get(key)
            if value != wanted:
                raise ConfigError(
                    f"{dotted((*path, cell, key))}: is {json.dumps(value)}, "
                    f"must be that of {first}, {json.dumps(wanted)}"
                )
        for value in settings[along]:
            if value in seen:
                raise ConfigError(f"{dotted((*path, cell, along))}: holds {value}, which {seen[value]} has too")
            seen[value] = cell


def _check_teacher_files(config):
    problems = {block["path"] for block in config["datasets"].values() if own.is_file(block)}
    for name, block in config["teachers"].items():
        if block["kind"] == "file" and block["path"] not in problems:
            from kdtheory.teachers.file import read_logits

            try:
                read_logits(block["path"])
            except (OSError, ValueError) as error:
                raise ConfigError(f"teachers.{name}.path: {error}") from error
