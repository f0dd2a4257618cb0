import re
from pathlib import Path

import pytest
import yaml

from kdtheory.pages.options import escaped, options, page
from kdtheory.study import config as study_config
from kdtheory.study.schema import SCHEMAS, schema

REPOSITORY = Path(__file__).parents[3]
SCHEMAS = sorted(path.relative_to(SCHEMAS).as_posix() for path in SCHEMAS.rglob("*/*.yaml"))


@pytest.fixture(scope="module")
def config():
    return study_config.check(yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8")))


def _leaf_schemas(node, path):
    """Every property that is no block of further properties, by a walk that knows nothing of `options`."""
    for key, child in node.get("properties", {}).items():
        if child.get("type") != "object":
            yield f"{path}.{key}", child
        yield from _leaf_schemas(child, f"{path}.{key}")
    if isinstance(node.get("additionalProperties"), dict):
        yield from _leaf_schemas(node["additionalProperties"], f"{path}.<name>")


def _used(block, path=()):
    """Every value of a configuration, with its possible keys: a name in a path is the user's or the schema's."""
    for key, value in block.items():
        if isinstance(value, dict):
            yield from _used(value, (*path, key))
        elif key != "kind":
            candidates = {".".join((*path, key))}
            for index in range(len(path)):
                candidates.add(".".join((*path[:index], "<name>", *path[index + 1 :], key)))
            yield candidates, value


@pytest.mark.parametrize("name", ["study.yaml", *SCHEMAS])
def test_every_key_has_a_description_and_a_source(name):
    for key, node in _leaf_schemas(schema(name), name):
        if not key.endswith(".kind"):
            assert node.get("description"), f"{key} has no description"
            assert node.get("x-source") in ("paper", "assumed"), f"{key} has no x-source"


def test_the_committed_page_is_up_to_date(config):
    committed = (REPOSITORY / "docs" / "options.md").read_text(encoding="utf-8")
    assert committed == page(config), "run: kdtheory options --config config.yaml --output docs/options.md"


def test_every_leaf_of_the_schemas_is_an_option(config):
    listed = sum(len(group) for group in options(config).values())
    schemas = [schema(name) for name in ("study.yaml", *SCHEMAS)]
    leaves = [key for schema in schemas for key, _ in _leaf_schemas(schema, "") if not key.endswith(".kind")]
    assert listed == len(leaves) > 50


def test_every_value_of_the_default_study_is_listed_under_its_key(config):
    listed = [option for group in options(config).values() for option in group]
    for candidates, value in _used(config):
        found = [option for option in listed if option.key in candidates]
        assert found, f"none of {candidates} is listed"
        assert value in [shown for option in found for _, shown in option.values]
    shown = page(config)
    assert ["`seed`", "integer ≥ 0", f"`{config['seed']}`"] in _cells(shown)
    assert ["`experiments.convergence.cells.<name>.max_steps`", "integer ≥ 10, ≤ 100000000", "`30000`"] in _cells(shown)


def test_a_value_names_the_entries_that_have_it(config):
    limits = [cells for cells in _cells(page(config)) if cells[0] == "`datasets.<name>.limit_degrees`"]
    assert limits[0][2] == "`75.0` (illustration_margin); `85.0` (margin_10, margin_100)"


def test_an_experiment_that_is_left_out_is_listed_as_not_used(config):
    experiments = {name: block for name, block in config["experiments"].items() if name != "deep"}
    without = {**config, "experiments": experiments}
    depths = [cells for cells in _cells(page(without)) if cells[0] == "`experiments.deep.cells.<name>.depths`"]
    assert depths[0][2] == "not used"


def test_all_assumed_keys_and_no_others_are_assumptions(config):
    tables, assumptions = page(config).split("## Assumptions")
    listed = re.findall(r"^\* `([^`]+)`", assumptions, flags=re.MULTILINE)
    rows = [line for line in tables.splitlines() if line.startswith("| `")]
    assumed = [row.split("|")[1].strip(" `") for row in rows if "| assumed |" in row]
    assert listed == assumed


def test_tables_are_rectangular(config):
    tables = [line for line in page(config).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables} == {6}


@pytest.mark.parametrize(
    ("text", "shown"),
    [("‖w*‖ |δ| → ∞", r"‖w\*‖ \|δ\| → ∞"), ("`a*b` [0, 1]", r"`a*b` \[0, 1\]"), ("a < b", r"a \< b")],
)
def test_text_is_escaped_outside_code(text, shown):
    assert escaped(text) == shown


def _cells(shown):
    """The first three cells of every table row."""
    return [[cell.strip() for cell in line.split("|")[1:4]] for line in shown.splitlines() if line.startswith("| `")]
