"""A changed configuration is either valid or gives one line that names the key."""

import copy
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kdtheory.config import ConfigError, check

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(-2, 2), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(["../x", "a b", "$(id)", "x;y", "1e-3", "a\nb"]),
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
        assert "\n" not in str(error).replace(repr("a\nb"), "")
        assert str(error)
