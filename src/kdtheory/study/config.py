"""The one gate of the configuration: its schemas, rules that span keys, and one clear error before any job starts."""

import json
import math
import re

from kdtheory.study import batches, cells, own
from kdtheory.study.schema import ConfigError, dotted, kind_of, names, schema, suggest, validate

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
            cells.check(config, settings, ("experiments", name, "cells", cell))
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
