"""Files in strict YAML 1.2: plain data of bounded size, each key once, and one line that says what is wrong.

Snakemake reads the same files as YAML 1.1. What both read differently (``010``, ``1:30``, ``yes``) is refused.
"""

import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

import yaml as yaml_1_1
from ruamel.yaml import YAML, nodes
from ruamel.yaml import events as parsed
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from kdtheory.study.text_files import UnreadableFile, read_text

# The default study has 12 kB, 1,500 values and 6 levels.
LARGEST_FILE = 32_000
MOST_VALUES = 10_000
DEEPEST = 20
_LONGEST_NUMBER = 300
_PLAIN_TYPES = (type(None), bool, int, float, str)
# PyYAML reads 1e-3 as text, in which the check of the configuration sees the number.
_NUMBER_IN_TEXT = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Document:
    """What a file holds.

    Attributes
    ----------
    values : dict
        Dictionaries, lists, text, numbers, booleans and None.
    lines : dict
        Path of keys, a tuple of str → the line that sets it, from 1; of what an alias repeats, the alias's own path.
    """

    values: dict
    lines: dict


def read(path: str | os.PathLike) -> Document:
    """Read one file.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Document

    Raises
    ------
    UnreadableFile
        There is no such file, it is no UTF-8 text, no YAML 1.2, or more than plain data: a key twice, a tag, a second
        document, an alias within its own anchor, more than 32 kB, 10,000 values (aliases counted as often as they are
        used) or 20 levels, or a value that YAML 1.1 reads differently.
    """
    return _Reader(Path(path)).document()


class _Reader:
    def __init__(self, path):
        self.path, self.lines, self.anchors, self.plain = path, {}, {}, {}

    def document(self):
        loader = YAML(typ="safe", pure=True)
        self.resolver, self.constructor = loader.resolver, loader.constructor
        text = read_text(self.path, LARGEST_FILE)
        self.line, self.key, self.events = 1, (), loader.parse(text)
        try:
            document = self._document()
            self.key = ()
            # What is bounded by now: Snakemake, too, must be able to read it, as JSON or as YAML 1.1.
            if not _is_json(text):
                yaml_1_1.safe_load(text)
            return document
        except (MarkedYAMLError, yaml_1_1.MarkedYAMLError) as error:
            mark = error.problem_mark or error.context_mark
            raise self._error(error.problem or error.context, mark.line + 1 if mark else self.line) from None
        except YAMLError as error:
            raise self._error(str(error).splitlines()[0]) from None

    def _document(self):
        self._next()
        start = self._next()
        if isinstance(start, parsed.StreamEndEvent):
            raise self._error("is empty, must be a block of keys")
        if start.version or start.tags:
            raise self._error("has a directive (%YAML or %TAG), which is not read")
        values, _ = self._value(self._next(), (), 0)
        if not isinstance(values, dict):
            raise self._error("must be a block of keys", 1, ())
        self._next()
        if not isinstance(self._next(), parsed.StreamEndEvent):
            raise self._error("a second document begins here, must be one", key=())
        return Document(values, self.lines)

    def _next(self):
        event = next(self.events)
        self.line = event.start_mark.line + 1
        return event

    def _value(self, event, path, depth):
        """Value of a node and the number of values in it."""
        self.key = path
        if isinstance(event, parsed.AliasEvent):
            return self._alias(event.anchor)
        if depth > DEEPEST:
            raise self._error(f"is nested in more than {DEEPEST} levels")
        if event.tag is not None:
            raise self._error(f"has the tag {event.tag}, which is not read")
        if event.anchor in self.anchors:
            raise self._error(f"the anchor &{event.anchor} is set twice")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if isinstance(event, parsed.ScalarEvent):
            found = self._scalar(event), 1
        elif isinstance(event, parsed.SequenceStartEvent):
            found = self._sequence(path, depth)
        else:
            found = self._mapping(path, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = found
        return found

    def _alias(self, name):
        found = self.anchors.get(name)
        if found is None:
            what = "stands within what it repeats" if name in self.anchors else "has no anchor before it"
            raise self._error(f"the alias *{name} {what}")
        return found

    def _sequence(self, path, depth):
        values, size = [], 1
        while not isinstance(event := self._next(), parsed.SequenceEndEvent):
            value, within = self._value(event, (*path, len(values)), depth + 1)
            values.append(value)
            size = self._bounded(size + within, path)
        return values, size

    def _mapping(self, path, depth):
        own, merged, lines, size = {}, {}, {}, 1
        while not isinstance(event := self._next(), parsed.MappingEndEvent):
            self.key, line = path, self.line
            key = self._key(event)
            if key in lines:
                raise self._error(f"is written twice, first in line {lines[key]}", line, (*path, key))
            if key == "__use_yte__":
                raise self._error("lets Snakemake run code that the file holds", line, (*path, key))
            lines[key] = line
            value, within = self._value(self._next(), (*path, key), depth + 1)
            size = self._bounded(size + within, path)
            if key == "<<":
                merged = self._merged(value, (*path, key), line)
            else:
                own[key] = value
                self.lines[tuple(map(str, (*path, key)))] = line
        return {**merged, **own}, size

    def _key(self, event):
        if not isinstance(event, parsed.ScalarEvent) or event.tag is not None or event.anchor is not None:
            raise self._error("has a key that is no plain text")
        if event.value == "<<":
            return event.value
        key = self._scalar(event)
        if not isinstance(key, str):
            raise self._error(f"has the key {event.value}, which is no text")
        return key

    def _merged(self, value, path, line):
        blocks = value if isinstance(value, list) else [value]
        if not all(isinstance(block, dict) for block in blocks):
            raise self._error("must be an alias of a block, or a list of them", line, path)
        merged = {}
        for block in reversed(blocks):
            merged.update(block)
        return merged

    def _bounded(self, size, path):
        if size > MOST_VALUES:
            raise self._error(
                f"has more than {MOST_VALUES:,} values, aliases counted as often as they are used", key=path
            )
        return size

    def _scalar(self, event):
        text = event.value
        if not event.implicit[0]:
            return text
        if text not in self.plain:
            self.plain[text] = self._plain(text)
        return self.plain[text]

    def _plain(self, text):
        """Value of text without quotes."""
        if len(text) > _LONGEST_NUMBER:
            raise self._error(f"is a value of {len(text)} characters, must have at most {_LONGEST_NUMBER}")
        if text.endswith(":"):
            raise self._error(f"{text} ends with a colon, which YAML 1.1 takes for that of a key; write text in quotes")
        tag = str(self.resolver.resolve(nodes.ScalarNode, text, (True, False)))
        value = self.constructor.construct_object(nodes.ScalarNode(tag, text))
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error(f"{text} is no finite number")
        if not isinstance(value, _PLAIN_TYPES):
            raise self._error(f"{text} is a {type(value).__name__} in YAML; write text in quotes")
        old = _as_yaml_1_1(text)
        if not _same(value, old):
            raise self._error(
                f"{text} is {old!r} in YAML 1.1 and {value!r} in YAML 1.2; write it as both read it, or text in quotes"
            )
        return value

    def _error(self, message, line=None, key=None):
        path = self.key if key is None else key
        where = f"key {'.'.join(map(str, path))}: " if path else ""
        return UnreadableFile(self.path, line or self.line, f"{where}{message}")


def _is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


_LOADER_1_1 = yaml_1_1.SafeLoader("")


def _as_yaml_1_1(text):
    tag = _LOADER_1_1.resolve(yaml_1_1.ScalarNode, text, (True, False))
    try:
        return _LOADER_1_1.construct_object(yaml_1_1.ScalarNode(tag, text))
    except (yaml_1_1.YAMLError, ValueError):
        return None


def _same(new, old):
    if isinstance(old, str) and isinstance(new, int | float):
        return bool(_NUMBER_IN_TEXT.fullmatch(old)) and new == float(old)
    return type(new) is type(old) and new == old
