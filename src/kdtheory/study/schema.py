"""The schemas of the configuration: how they are found, what they say of a block, and in what words."""

import difflib
import json
import os
from functools import cache
from pathlib import Path

import yaml

SCHEMAS = Path(__file__).resolve().parent / "schemas"

_LONGEST_SHOWN = 200


class ConfigError(ValueError):
    """The configuration cannot be used; the message names the key, its value and what is allowed."""


@cache
def schema(name: str) -> dict:
    """Return one schema (path relative to the schema folder) with every ``$ref`` replaced by what it refers to."""
    return _inlined(_load(name), name)


def names(section: str) -> list[str]:
    """Return the names that have a schema in a section: experiments, or kinds of datasets or teachers."""
    return sorted(path.stem for path in (SCHEMAS / section).glob("*.yaml"))


@cache
def _load(name):
    return yaml.safe_load((SCHEMAS / name).read_text(encoding="utf-8"))


def _inlined(node, name):
    if isinstance(node, list):
        return [_inlined(item, name) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        file, pointer = node["$ref"].split("#")
        target_name = os.path.normpath(os.path.join(os.path.dirname(name), file)) if file else name
        target = _load(target_name)
        for part in pointer.strip("/").split("/"):
            target = target[part]
        node = {
            **_inlined(target, target_name),
            **{key: value for key, value in node.items() if key != "$ref"},
        }
    return {key: _inlined(value, name) for key, value in node.items() if key != "$defs"}


def validate(block, name, path):
    """Raise a ConfigError on the first thing in a block at a path of keys that its schema (a file name) refuses."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema(name))
    errors = sorted(
        validator.iter_errors(block), key=lambda error: (len(error.absolute_path), str(error.absolute_path))
    )
    if errors:
        raise ConfigError(_explain(errors[0], path))


def _explain(error, path):
    path = (*path, *error.absolute_path)
    where, value, limit = dotted(path), shown(error.instance), error.validator_value
    meaning = error.schema.get("description")
    about = f" ({meaning.rstrip('.')})" if meaning else ""
    match error.validator:
        case "additionalProperties":
            known = sorted(error.schema.get("properties", {}))
            unknown = next(key for key in error.instance if key not in known)
            meant = _of_another_kind(path, error.instance, unknown) or suggest(unknown, known)
            return f"{dotted((*path, unknown))}: unknown key{meant}"
        case "required":
            missing = next(key for key in limit if key not in error.instance)
            return f"{dotted((*path, missing))}: is missing"
        case "type":
            return f"{where}: is {value}, must be of type {limit}{about}"
        case "enum":
            return f"{where}: is {value}{suggest(error.instance, limit)}{about}"
        case "const":
            return f"{where}: is {value}, must be {json.dumps(limit)}{about}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            sign = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}[error.validator]
            return f"{where}: is {value}, must be {sign} {limit}{about}"
        case "multipleOf":
            return f"{where}: is {value}, must be a multiple of {limit}{about}"
        case "minItems" | "minProperties":
            return f"{where}: has {len(error.instance)} entries, must have at least {limit}{about}"
        case "maxItems":
            return f"{where}: has {len(error.instance)} entries, must have at most {limit}{about}"
        case "uniqueItems":
            return f"{where}: is {value}, its entries must differ{about}"
        case "pattern" | "propertyNames":
            return (
                f"{where}: the name {value} must be lower-case letters, digits and underscores, starting with a letter"
            )
    return f"{where}: is {value}; {error.message}{about}"


def _of_another_kind(path, block, key):
    """What is said of a key that a block of its section may have, but not one of its kind."""
    section = path[0] if len(path) == 2 else ""
    if section not in ("datasets", "teachers"):
        return ""
    others = [kind for kind in names(section) if key in schema(f"{section}/{kind}.yaml")["properties"]]
    if not others:
        return ""
    return (
        f" of the kind {block['kind']}; {' and '.join(others)} has it: keys of an earlier file stay in the block, so "
        "give one of another kind a name of its own"
    )


def kind_of(block, section, name):
    """Return the kind of a dataset or teacher, which names its schema."""
    if not isinstance(block, dict):
        raise ConfigError(f"{section}.{name}: is {json.dumps(block)}, must be a block with a key kind")
    known = names(section)
    kind = block.get("kind")
    if kind not in known:
        raise ConfigError(f"{section}.{name}.kind: is {json.dumps(kind)}{suggest(kind, known)}")
    return kind


def shown(value):
    """Return a value as messages show it, cut where it is long."""
    text = json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


def dotted(path):
    """Return a path of keys as messages name it."""
    parts = [str(part) if str(part).isprintable() else json.dumps(part) for part in path]
    return ".".join(parts) or "the configuration"


def suggest(word, known):
    """Return the end of a message about an unknown word: the word that was meant, and the allowed ones."""
    known = sorted(map(str, known))
    close = difflib.get_close_matches(str(word), known, n=1, cutoff=0.6)
    allowed = f"allowed: {', '.join(known)}" if known else "none is defined"
    return f"; did you mean {close[0]!r}? ({allowed})" if close else f"; {allowed}"
