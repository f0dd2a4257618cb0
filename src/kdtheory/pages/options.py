"""The table of options, generated from the schemas and from a configuration's values (docs/options.md)."""

import argparse
import difflib
from dataclasses import dataclass
from pathlib import Path

from kdtheory.jobs import terminal
from kdtheory.jobs.markdown import escaped, table
from kdtheory.study.check import read
from kdtheory.study.schema import names, schema

_SECTIONS = {
    "datasets": "Inputs and ground truth. You name each dataset, `<name>`; its key `kind` chooses one of these.",
    "teachers": "What the students learn from. You name each teacher, `<name>`; its key `kind` chooses one of these.",
    "experiments": "One block for each experiment. Leave a block out of `config.yaml` and nothing of it is computed.",
}

_HEAD = """\
# Options

Every key of `config.yaml`, with its range, its value in the default study, and its source: *paper* where a paper states
the value, *assumed* where we chose it. `<name>` is a name that the user gives; each value is followed by the entries
that have it. The source applies to the key; entries that no figure of the papers uses have values that we chose. A
wrong or unknown key is one error before any job starts. The [glossary](glossary.md) defines the terms.

This file is generated (`kdtheory options --config config.yaml --output docs/options.md`); a test fails when it is out
of date.
"""

# A configuration that names nothing: its options are those of the schemas, without values.
_EMPTY = {"datasets": {}, "teachers": {}, "experiments": {}}

_COLUMNS = ("key", "type and range", "default study", "source", "description")


@dataclass(frozen=True)
class Option:
    """One key of the configuration.

    Attributes
    ----------
    key : str
        Dotted path, ``<name>`` for an entry that the user names.
    kind : str or None
        The kind of dataset or teacher that has it.
    schema : dict
        Its JSON schema.
    values : tuple of (str or None, object)
        Its values in a configuration: name of the entry, None where the key has one place only, and the value.
    """

    key: str
    kind: str | None
    schema: dict
    values: tuple

    @property
    def assumed(self) -> bool:
        """Whether its value is our choice, which no paper states."""
        return self.schema["x-source"] == "assumed"


def options(config: dict) -> dict[str, list[Option]]:
    """Return every option that the schemas know.

    Parameters
    ----------
    config : dict
        A checked configuration, which gives the values.

    Returns
    -------
    dict of str to list of Option
        By schema ("study", "datasets/margin"): the study, kinds of datasets, kinds of teachers, experiments.
    """
    found = {"study": list(_leaves(schema("study.yaml"), (), None, [(None, config)]))}
    for section in ("datasets", "teachers"):
        for kind in names(section):
            entries = [(name, block) for name, block in config[section].items() if block["kind"] == kind]
            card = schema(f"{section}/{kind}.yaml")
            found[f"{section}/{kind}"] = list(_leaves(card, (section, "<name>"), kind, entries))
    for name in names("experiments"):
        blocks = [(None, config["experiments"][name])] if name in config["experiments"] else []
        card = schema(f"experiments/{name}.yaml")
        found[f"experiments/{name}"] = list(_leaves(card, ("experiments", name), None, blocks))
    return found


def page(config: dict) -> str:
    """Return docs/options.md for a checked configuration."""
    found = options(config)
    lines = [_HEAD, "## The study\n", *_table_of(found["study"])]
    for section, introduction in _SECTIONS.items():
        lines += [f"## {section.capitalize()}\n", f"{introduction}\n"]
        for name in names(section):
            title = schema(f"{section}/{name}.yaml")["title"].removeprefix(f"{name}: ")
            lines += [f"### `{name}`: {escaped(title)}\n", *_table_of(found[f"{section}/{name}"])]
    lines += ["## Assumptions\n", "What no paper states: our choices, by key.\n"]
    lines += [_assumption(option) for group in found.values() for option in group if option.assumed]
    return "\n".join(lines) + "\n"


def _leaves(node, path, kind, entries):
    """Options below a schema node; ``entries`` are the configuration's blocks there, with the users' names for them."""
    children = node.get("additionalProperties")
    if "properties" in node:
        for key, child in node["properties"].items():
            if key != "kind":
                inner = [(name, block[key]) for name, block in entries if key in block]
                yield from _leaves(child, (*path, key), kind, inner)
    elif isinstance(children, dict):
        named = [item for _, block in entries for item in block.items()]
        yield from _leaves(children, (*path, "<name>"), kind, named)
    elif node.get("type") != "object":
        yield Option(".".join(path), kind, node, tuple(entries))


def _table_of(found):
    rows = [
        (
            f"`{option.key}`",
            _allowed(option.schema),
            _values(option.values),
            option.schema["x-source"],
            escaped(option.schema["description"]),
        )
        for option in found
    ]
    return [*table(_COLUMNS, rows), ""]


def _assumption(option):
    where = f" ({option.kind})" if option.kind else ""
    return f"* `{option.key}`{where}: {_values(option.values)}. {escaped(option.schema['description'])}"


def _values(values):
    """The values, equal ones once, each with the names of the entries that have it."""
    if not values:
        return "not used"
    by_text = {}
    for name, value in values:
        by_text.setdefault(_text(value), []).append(name)
    in_one_place = values[0][0] is None
    if in_one_place or (len(by_text) == 1 and len(values) > 1):
        return next(iter(by_text))
    return "; ".join(f"{text} ({', '.join(entries)})" for text, entries in by_text.items())


def _text(value):
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return f"`{value}`"


def _allowed(node):
    """Type and range in words."""
    if "const" in node:
        return f"always {_text(node['const'])}"
    if "enum" in node:
        return "one of " + _text(node["enum"])
    if node["type"] == "array":
        return f"list of {_count(node)}{_allowed(node['items'])}"
    if "x-names" in node:
        thing = node["x-names"].removesuffix("s")
        return f"name of a {thing} of kind " + " or ".join(f"`{kind}`" for kind in node["x-kinds"])
    names = {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false"}
    words = names[node["type"]]
    signs = {
        "minimum": "≥",
        "exclusiveMinimum": ">",
        "maximum": "≤",
        "exclusiveMaximum": "<",
        "multipleOf": "a multiple of",
    }
    limits = [f"{sign} {node[key]}" for key, sign in signs.items() if key in node]
    return f"{words} {', '.join(limits)}".rstrip()


def _count(node):
    low, high = node.get("minItems", 0), node.get("maxItems")
    count = f"{low} or more" if high is None else f"{low}" if low == high else f"{low} to {high}"
    different = ", all different" if node.get("uniqueItems") and high != 1 else ""
    return f"{count} {'entry' if count == '1' else 'entries'}{different}: "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory options``."""
    parser.description = (
        "Explain the keys of the configuration: type and range, source (paper, or assumed where the choice is ours) "
        "and meaning."
    )
    parser.add_argument("key", nargs="?", metavar="KEY", help="a key as in config.yaml, the beginning of one "
                        "(experiments.margin), or the end of one (n_train)")  # fmt: skip
    parser.add_argument("--config", type=Path, metavar="FILE", help="a configuration whose values are shown as well")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write all options to a Markdown page instead")


def run(arguments: argparse.Namespace) -> int:
    """Print options, or write them all to a page."""
    if arguments.output and (arguments.key or not arguments.config):
        raise argparse.ArgumentError(None, "--output needs --config, and takes no KEY")
    config = read([arguments.config]) if arguments.config else _EMPTY
    if arguments.output:
        from kdtheory.jobs import storage

        with storage.replacing(arguments.output) as temporary:
            temporary.write_text(page(config), encoding="utf-8")
        return 0
    found = [option for group in options(config).values() for option in group]
    if arguments.key:
        found = _chosen(found, arguments.key)
    for option in found:
        print("\n".join(_explained(option, bool(arguments.config))))
    return 0


def _explained(option, with_values):
    kind = f" (kind {option.kind})" if option.kind else ""
    source = "assumed" if option.assumed else "paper"
    facts = [f"{_allowed(option.schema)}; {source}".replace("`", "")]
    if with_values:
        facts.append(f"value: {_values(option.values)}".replace("`", ""))
    return terminal.entry(option.key + kind, *facts, option.schema["description"], limit=terminal.width())


def _chosen(found, key):
    """Options whose key begins with a key's parts, ``<name>`` standing for any name; else those that end with them.

    Where a part is a kind of dataset or teacher, or a name in the configuration, others are left out.
    """
    parts = key.strip(".").split(".")
    for end in (slice(len(parts)), slice(-len(parts), None)):
        chosen = [option for option in found if _matches(option.key.split(".")[end], parts)]
        if chosen:
            named = [option for option in chosen if {option.kind, *(name for name, _ in option.values)} & {*parts}]
            return named or chosen
    close = difflib.get_close_matches(key, {word for option in found for word in (option.key, *option.key.split("."))})
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise ValueError(f"no option has the key {key}{hint}")


def _matches(own, parts):
    return len(own) == len(parts) and all(name in (part, "<name>") for name, part in zip(own, parts, strict=True))
