"""The one gate of the configuration: schemas, rules that span keys, and one clear error before any job starts."""

import difflib
import json
import math
import os
import re
from functools import cache
from pathlib import Path

import yaml

SCHEMAS = Path(__file__).resolve().parents[2] / "workflow" / "schemas"

_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


class ConfigError(ValueError):
    """The configuration cannot be used; the message names the key, its value and what is allowed."""


def check(config):
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
    config = _with_numbers(config, ())
    _validate(config, "study.yaml", ())
    for section in ("datasets", "teachers"):
        for name, block in config[section].items():
            _validate(block, f"{section}/{_kind_of(block, section, name)}.yaml", (section, name))
    for name, block in config["experiments"].items():
        known = names("experiments")
        if name not in known:
            raise ConfigError(f"{_dotted(('experiments', name))}: unknown experiment{_suggest(name, known)}")
        _validate(block, f"experiments/{name}.yaml", ("experiments", name))
        _check_names(config, block, schema(f"experiments/{name}.yaml"), ("experiments", name))
        for cell, settings in block.get("cells", {}).items():
            _check_cell(config, settings, ("experiments", name, "cells", cell))
            _check_what_inputs_have(config, settings, ("experiments", name, "cells", cell))
        _check_same_dim(config, name, block)
        _check_joined_cells(name, block)
    _check_image_counts(config)
