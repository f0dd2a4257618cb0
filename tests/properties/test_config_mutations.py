"""A changed configuration is either valid or gives one line that names the key."""

import copy
import json
import random
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kdtheory.study.config import check
from kdtheory.study.schema import ConfigError

# Values of every string, and names of every block, that would do harm in a shell, a path or a line of a log.
HOSTILE = [
    "../../outside", "/tmp/outside", "a b", "a'b", 'a"b', "a;touch outside", "$(touch outside)", "`touch outside`",
    "a&b", "a|b", "a>outside", "a\nb", "name\n", "\n", "-rf", "--help", "~", "*", "{wildcards}", "{0}", "%s", "a\\b",
    "\x00", "ä", "", " ", "A", "a" * 100, "9" * 5000,
]  # fmt: skip
CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(-2, 2), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(["1e-3", "1e999", ".nan", 10**400, *HOSTILE]),
)


def leaves(node, path=()):
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, (*path, index))


PATHS = [path for path in leaves(CONFIG) if path]


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(PATHS), junk, st.booleans(), st.text(max_size=4))
def test_a_mutation_validates_or_gives_one_line(path, value, insert, name):
    config = copy.deepcopy(CONFIG)
    node = config
    for key in path[:-1]:
        node = node[key]
    if insert and isinstance(node, dict):
        node[name] = value
    else:
        node[path[-1]] = value
    try:
        check(config)
    except ConfigError as error:
        assert "\n" not in str(error)
        # It begins with the key that is wrong: a section of the configuration, or the name that was put beside them.
        put = name if name.isprintable() else json.dumps(name)
        sections = "|".join(map(re.escape, (*CONFIG, "the configuration", put)))
        assert re.match(rf"({sections})[.:]", str(error)), f"{error}: begins with no key"


def renamed(node, path, name):
    """The configuration with one key, the last of the path, called otherwise."""
    if len(path) == 1:
        return {name if key == path[0] else key: value for key, value in node.items()}
    if isinstance(node, list):
        return [renamed(value, path[1:], name) if index == path[0] else value for index, value in enumerate(node)]
    return {key: renamed(value, path[1:], name) if key == path[0] else value for key, value in node.items()}


def replaced(node, path, value):
    """The configuration with another value at a path."""
    if not path:
        return value
    pairs = enumerate(node) if isinstance(node, list) else node.items()
    changed = {key: replaced(old, path[1:], value) if key == path[0] else old for key, old in pairs}
    return list(changed.values()) if isinstance(node, list) else changed


def at(path):
    node = CONFIG
    for key in path:
        node = node[key]
    return node


STRINGS = [path for path in PATHS if isinstance(at(path), str)]
KEYS = [path for path in PATHS if isinstance(at(path[:-1]), dict)]


@pytest.mark.slow
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: repr(text[:20]))
def test_no_string_and_no_name_that_a_shell_or_a_path_would_obey_passes(hostile):
    """Every string of the configuration is one of a list; every name of a block is letters, digits, underscores."""
    rng = random.Random(hostile)
    for path in rng.sample(STRINGS, 12):
        with pytest.raises(ConfigError):
            check(replaced(CONFIG, path, hostile))
    for path in rng.sample(KEYS, 12):
        with pytest.raises(ConfigError):
            check(renamed(CONFIG, path, hostile))
    for section in ("datasets", "teachers"):
        block = next(iter(CONFIG[section].values()))
        with pytest.raises(ConfigError):
            check({**CONFIG, section: {**CONFIG[section], hostile: block}})
