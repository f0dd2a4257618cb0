"""The cube: every measurement of the study as one labelled tree of xarray datasets."""

import argparse
import hashlib
import json
from pathlib import Path

import xarray as xr

from kdtheory.jobs import log, provenance, storage

SCHEMA_VERSION = 1


def open_cube(path="results/cube.nc"):
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
        and ``source``.

    Raises
    ------
    FileNotFoundError
        There is nothing at ``path``.
    kdtheory.jobs.storage.CorruptFile
        A file was changed after it was written.
    """
    path = Path(path)
    if not path.is_dir():
        return storage.read_tree(path)
    files = sorted(path.glob("*.nc"))
    if not files:
        raise FileNotFoundError(f"{path}: holds no group files; run the workflow to make them")
    return _tree(files)


def _tree(files):
    groups = {}
    for file in files:
        group = storage.read(file)
        groups[group.attrs["group"]] = group
    return xr.DataTree.from_dict(groups)


def _assemble(config, files, output):
    tree = _tree(files)
    tree.attrs = {
        "title": "kdtheory: measurements of the theory of knowledge distillation",
        "schema_version": SCHEMA_VERSION,
        "preset": config["preset"],
        "config": json.dumps(config, sort_keys=True),
        "config_digest": hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest(),
        "data_digests": json.dumps(
            {node.path[1:]: storage.data_digest(node.to_dataset()) for node in tree.subtree if node.has_data}
        ),
        **provenance.stamp(),
    }
    storage.write_tree(tree, output)


def _main():
    parser = argparse.ArgumentParser(description="Assemble the cube from its groups.")
    parser.add_argument("groups", nargs="+", help="group files")
    parser.add_argument("--config", required=True, type=Path, help="JSON file of the study's configuration")
    parser.add_argument("--output", required=True, help="cube file to write")
    arguments = parser.parse_args()
    _assemble(json.loads(arguments.config.read_text(encoding="utf-8")), arguments.groups, arguments.output)


if __name__ == "__main__":
    log.run(_main)
