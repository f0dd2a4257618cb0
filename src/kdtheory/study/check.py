"""Configuration files: merged as the workflow merges them, and checked (``kdtheory check``)."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from kdtheory.study import configuration_files, folders


def read(paths: Iterable[str | os.PathLike]) -> dict:
    """Merge configuration files as the workflow does (mappings deeply, lists replaced), and check the result.

    Parameters
    ----------
    paths : iterable of path-like
        YAML files; later ones are merged over the first.

    Raises
    ------
    kdtheory.study.text_files.UnreadableFile
        A file is missing or no plain data in strict YAML.
    kdtheory.study.schema.ConfigError
        The configuration is wrong.
    """
    return configuration_files.check(paths)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory check``."""
    parser.description = (
        "Check configuration files as a run does before its first job. Later files are merged over the first: "
        "mappings key by key, lists are replaced."
    )
    add_configurations(parser)
    parser.add_argument(
        "--folder", choices=("results", "logs"), help="print only where a run with this configuration has these files"
    )


def add_configurations(parser: argparse.ArgumentParser) -> None:
    """Declare the configuration files of a command."""
    parser.add_argument(
        "config", nargs="+", type=Path, metavar="CONFIG",
        help="config.yaml, and files that are merged over it (workflow/presets/smoke.yaml)",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Print one line on a configuration that can be used; what is wrong with another is the error."""
    config = read(arguments.config)
    if arguments.folder:
        print(folders.folder_of(config["preset"], arguments.folder))
        return 0
    counts = (f"{len(config[section])} {section}" for section in ("datasets", "teachers", "experiments"))
    study = f"preset {config['preset']}, in {folders.folder_of(config['preset'])}/"
    print(f"{' + '.join(map(str, arguments.config))}: {', '.join(counts)}, {study}")
    return 0
