"""Configuration files: merged as the workflow merges them, and checked (``kdtheory check``)."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

import yaml

from kdtheory.study import config as study_config
from kdtheory.study.config import ConfigError


def read(paths: Iterable[str | os.PathLike]) -> dict:
    """Merge configuration files as the workflow does (mappings deeply, lists replaced), and check the result.

    Parameters
    ----------
    paths : iterable of path-like
        YAML files; later ones are merged over the first.

    Raises
    ------
    FileNotFoundError
        A file is missing.
    kdtheory.study.config.ConfigError
        A file is no YAML mapping, or the configuration is wrong.
    """
    from snakemake.utils import update_config

    merged = {}
    for path in paths:
        update_config(merged, _mapping(Path(path)))
    return study_config.check(merged)


def _mapping(path):
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: no such file; config.yaml and workflow/presets/ are in the repository, not in the package"
        )
    try:
        block = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(block, dict):
        raise ConfigError(f"{path}: must be a mapping of keys to values")
    return block


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory check``."""
    parser.description = (
        "Check configuration files as a run does before its first job. Later files are merged over the first: "
        "mappings key by key, lists are replaced."
    )
    add_configurations(parser)


def add_configurations(parser: argparse.ArgumentParser) -> None:
    """Declare the configuration files of a command."""
    parser.add_argument(
        "config", nargs="+", type=Path, metavar="CONFIG",
        help="config.yaml, and files that are merged over it (workflow/presets/smoke.yaml)",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Print one line on a configuration that can be used; what is wrong with another is the error."""
    config = read(arguments.config)
    counts = (f"{len(config[section])} {section}" for section in ("datasets", "teachers", "experiments"))
    print(f"{' + '.join(map(str, arguments.config))}: {', '.join(counts)}, preset {config['preset']}")
    return 0
