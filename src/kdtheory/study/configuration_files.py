"""The configuration from its files: read strictly, merged as Snakemake merges, and compared with what Snakemake read.

``kdtheory check config.yaml workflow/presets/smoke.yaml`` checks files before Snakemake reads them.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from kdtheory.study import config as study_config
from kdtheory.study import sizes, yaml_files
from kdtheory.study.schema import ConfigError, dotted


@dataclass(frozen=True)
class Configuration:
    """What some files say together.

    Attributes
    ----------
    values : dict
        Merged: blocks deeply, lists replaced, later files over earlier ones.
    places : dict
        Path of keys, a tuple of str → "file:line" of the last file that sets it.
    """

    values: dict
    places: dict

    def place(self, path: Iterable[str]) -> str | None:
        """File and line of a path of keys or of the nearest block around it; None for what no file has."""
        path = tuple(map(str, path))
        return next((self.places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.places), None)


def read(paths: Iterable[str | os.PathLike]) -> Configuration:
    """Read files and merge them.

    Parameters
    ----------
    paths : iterable of path-like

    Returns
    -------
    Configuration

    Raises
    ------
    kdtheory.study.text_files.UnreadableFile
        As for `kdtheory.study.yaml_files.read`.
    """
    from snakemake.utils import update_config

    values, places = {}, {}
    for path in paths:
        document = yaml_files.read(path)
        update_config(values, document.values)
        places.update({key: f"{path}:{line}" for key, line in document.lines.items()})
    return Configuration(values, places)


def check(
    paths: Iterable[str | os.PathLike],
    found: dict | None = None,
    overrides: dict | None = None,
    memory: float = sizes.LARGEST_NODE,
) -> dict:
    """Read files and check what they say together.

    Parameters
    ----------
    paths : iterable of path-like
        As `read`.
    found : dict, optional
        What Snakemake made of the same files and overrides; it must be the same.
    overrides : dict, optional
        What ``--config`` gave, merged over the files.
    memory : float
        Bytes that a job may take.

    Returns
    -------
    dict
        The configuration, as `kdtheory.study.config.check` returns it.

    Raises
    ------
    ValueError
        A file cannot be read, Snakemake read another value, a value is not allowed, or a job needs more memory. The
        message begins with the file and line that set the key, or with ``--config``.
    """
    from snakemake.utils import update_config

    configuration = read(paths)
    if overrides:
        update_config(configuration.values, overrides)
        configuration.places.update(dict.fromkeys(_paths(overrides, ()), "--config"))
    try:
        if found is not None:
            _check_same(configuration.values, found, ())
        config = study_config.check(configuration.values)
        sizes.check_sizes(config, memory)
    except ConfigError as error:
        place = configuration.place(str(error).partition(":")[0].split("."))
        raise ConfigError(f"{place}: {error}" if place else str(error)) from error
    return config


def _paths(node, path):
    if path:
        yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _paths(value, (*path, str(key)))


def _check_same(strict, found, path):
    if isinstance(strict, dict) and isinstance(found, dict) and strict.keys() == found.keys():
        for key, value in strict.items():
            _check_same(value, found[key], (*path, key))
    elif not _equal(strict, found):
        raise ConfigError(f"{dotted(path)}: is {_short(found)} to Snakemake and {_short(strict)} in YAML 1.2")


def _equal(strict, found):
    """Whether two values are the same to the check, which reads numbers in text."""
    try:
        strict, found = study_config.with_numbers(strict), study_config.with_numbers(found)
    except ConfigError:
        return repr(strict) == repr(found)
    return strict == found and repr(strict) == repr(found)


def _short(value):
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
