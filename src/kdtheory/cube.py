"""The cube: every measurement of the study as one labelled tree of xarray datasets."""

import argparse
import json
import os
from pathlib import Path

import xarray as xr

from kdtheory.jobs import log, provenance, records, storage, terminal

SCHEMA_VERSION = 4
# Attributes of the root that are long: in the file they are variables, so that its header can be read.
_LONG = ("config", "data_digests")


def open_cube(path: str | os.PathLike = "results/cube.nc") -> xr.DataTree:
    """Open the cube.

    Parameters
    ----------
    path : path-like
        The cube file, or the folder of group files (``results/analysis``), which reads the same while a study is
        still running or incomplete.

    Returns
    -------
    xarray.DataTree
        In memory; groups such as ``cube["linear/alignment"]``, whose variables carry ``long_name``, ``units``
        and ``source``. Attributes of the root: ``preset``, ``config`` (JSON) and its digest, ``schema_version``, the
        digests of the groups' data, and what made them. Of a folder they are what its groups recorded; groups of
        several presets, commits or versions have them all, joined by " + ".

    Raises
    ------
    FileNotFoundError
        There is nothing at ``path``.
    kdtheory.jobs.storage.CorruptFile
        A file was changed after it was written, or a file in the folder is no group of the cube.
    """
    path = Path(path)
    if not path.is_dir():
        return _with_attributes(storage.read_tree(path))
    files = sorted(path.glob("*.nc"))
    if not files:
        raise FileNotFoundError(f"{path}: holds no group files; run the workflow to make them")
    groups = _read(files)
    config = records.joined([_configuration(group) for group in groups])
    tree = _tree(groups)
    tree.attrs = _attributes(config, tree, provenance.joined([group.attrs for group in groups]))
    return tree


def write_cube(tree: xr.DataTree, path: str | os.PathLike) -> None:
    """Write a cube as `open_cube` returned it, from the folder of its groups or changed, to one file.

    Parameters
    ----------
    tree : xarray.DataTree
    path : path-like
        The long attributes of the root, ``config`` and ``data_digests``, are variables in the file.
    """
    tree = tree.copy()
    long = {name: tree.attrs[name] for name in _LONG if name in tree.attrs}
    tree.attrs = {name: value for name, value in tree.attrs.items() if name not in long}
    tree.dataset = tree.to_dataset().assign({name: ((), text) for name, text in long.items()})
    storage.write_tree(tree, path)


def _with_attributes(tree):
    """The tree of a file with the long attributes of the root in their place."""
    long = {name: tree[name].item() for name in _LONG if name in tree.data_vars}
    tree.dataset = tree.to_dataset().drop_vars(long)
    tree.attrs.update(long)
    return tree


def _tree(groups):
    """Tree of the groups, without their parts of the configuration, which is at the root."""
    stripped = {}
    for group in groups:
        attributes = {key: value for key, value in group.attrs.items() if key != "config"}
        stripped[group.attrs["group"]] = group.drop_attrs(deep=False).assign_attrs(attributes)
    return xr.DataTree.from_dict(stripped)


def _read(files):
    groups = [storage.read(file) for file in files]
    for file, group in zip(files, groups, strict=True):
        if "group" not in group.attrs:
            raise storage.CorruptFile(f"{file}: is no group of the cube; name the cube, or the folder of its groups")
    return groups


def _configuration(group):
    if "config" not in group.attrs:
        name = group.attrs["group"]
        raise storage.CorruptFile(f"group {name}: does not record its configuration; delete its file and run again")
    return json.loads(group.attrs["config"])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory cube``."""
    parser.description = (
        "Summarise a cube: its groups with their dimensions and variables, or the variables of some groups with their "
        "units and meanings. The whole cube is read and checked against its digests."
    )
    parser.add_argument(
        "path", nargs="?", type=Path, default=Path("results/cube.nc"), metavar="PATH",
        help="the cube, the results that hold it, or a folder of groups (results/analysis); by default %(default)s",
    )  # fmt: skip
    parser.add_argument("group", nargs="?", metavar="GROUP", help="linear/alignment, or linear for all of that name")


def run(arguments: argparse.Namespace) -> int:
    """Print a summary of a cube, or of some of its groups."""
    inside = arguments.path / "cube.nc"
    tree = open_cube(inside if inside.is_file() else arguments.path)
    groups = {node.path[1:]: node.to_dataset() for node in tree.subtree if node.has_data}
    lines = _groups(tree, groups) if arguments.group is None else _variables(_chosen(groups, arguments.group))
    print("\n".join(lines))
    return 0


def _groups(tree, groups):
    known = [f"{name}: {tree.attrs[name]}" for name in ("title", "preset", "kdtheory_version") if name in tree.attrs]
    rows = [(name, _sizes(group.sizes), ", ".join(group.data_vars)) for name, group in sorted(groups.items())]
    return [*known, *terminal.table(("group", "dimensions", "variables"), rows, terminal.width())]


def _variables(groups):
    lines = []
    for name, group in sorted(groups.items()):
        described = [*group.coords.items(), *group.data_vars.items()]
        rows = [
            (key, _sizes(values.sizes), values.attrs.get("units", ""), values.attrs.get("long_name", ""))
            for key, values in described
        ]
        table = terminal.table(("variable", "dimensions", "units", "meaning"), rows, terminal.width())
        lines += [*([""] if lines else []), name, *table]
    return lines


def _sizes(sizes):
    return ", ".join(f"{dimension} {size}" for dimension, size in sizes.items())


def _chosen(groups, name):
    name = name.strip("/")
    chosen = {key: group for key, group in groups.items() if key == name or key.startswith(f"{name}/")}
    if not chosen:
        raise ValueError(f"the cube has no group {name}; it has {', '.join(sorted(groups))}")
    return chosen


def _attributes(config, tree, origin):
    return {
        "title": "kdtheory: measurements of the theory of knowledge distillation",
        "schema_version": SCHEMA_VERSION,
        "preset": config["preset"],
        "config": json.dumps(config, sort_keys=True),
        "config_digest": records.digest(config),
        "data_digests": json.dumps(
            {node.path[1:]: storage.data_digest(node.to_dataset()) for node in tree.subtree if node.has_data}
        ),
        **origin,
    }


def _assemble(config, files, output):
    tree = _tree(_read(files))
    tree.attrs = _attributes(config, tree, provenance.stamp())
    write_cube(tree, output)


def _main():
    parser = argparse.ArgumentParser(description="Assemble the cube from its groups.")
    parser.add_argument("groups", nargs="+", help="group files")
    parser.add_argument("--config", required=True, type=Path, help="JSON file of the study's configuration")
    parser.add_argument("--output", required=True, help="cube file to write")
    arguments = parser.parse_args()
    _assemble(json.loads(arguments.config.read_text(encoding="utf-8")), arguments.groups, arguments.output)


if __name__ == "__main__":
    log.run(_main)
