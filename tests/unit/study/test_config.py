import copy
from pathlib import Path

import pytest
import yaml

from kdtheory.study.config import check
from kdtheory.study.schema import ConfigError, names, schema

REPOSITORY = Path(__file__).parents[3]
# The preset of a user's own problem is no scale of this study (test_own.py).
PRESETS = sorted(file for file in (REPOSITORY / "workflow" / "presets").glob("*.yaml") if file.stem != "own")


@pytest.fixture
def config():
    return yaml.safe_load((REPOSITORY / "config.yaml").read_text())


def changed(config, path, value):
    config = copy.deepcopy(config)
    node = config
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return config


def test_the_default_study_is_valid_and_comes_back_unchanged(config):
    assert check(config) == config


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.stem)
def test_every_preset_merged_over_the_default_is_valid_and_changes_no_science(config, preset):
    def merge(base, over):
        both = isinstance(base, dict) and isinstance(over, dict)
        return {**base, **{k: merge(base.get(k), v) for k, v in over.items()}} if both else over

    merged = check(merge(config, yaml.safe_load(preset.read_text())))
    assert merged["preset"] == preset.stem
    assert merged["experiments"].keys() == config["experiments"].keys()
    for section in ("datasets", "teachers"):
        assert {n: b["kind"] for n, b in merged[section].items()} == {n: b["kind"] for n, b in config[section].items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["sed"], 1, ["sed", "did you mean 'seed'"]),
        (["seed"], -1, ["seed", "is -1", "≥ 0"]),
        (["seed"], float("nan"), ["seed", "nan", "finite"]),
        (["preset"], "smok", ["preset", '"smok"', "did you mean 'smoke'"]),
        (["datasets", "polynomial_sweep", "kapas"], [1.0], ["polynomial_sweep.kapas", "did you mean 'kappas'"]),
        (["datasets", "polynomial_sweep", "kappas"], [-1.0], ["polynomial_sweep.kappas.0", "is -1", "> 0"]),
        (["datasets", "polynomial_sweep", "dim"], "big", ["polynomial_sweep.dim", '"big"', "integer"]),
        (["datasets", "polynomial_sweep", "dim"], True, ["polynomial_sweep.dim", "true", "integer"]),
        (["datasets", "polynomial_sweep", "kind"], "polynomial", ["kind", "did you mean 'polynomial_angle'"]),
        (["datasets", "polynomial_sweep"], None, ["datasets.polynomial_sweep", "null"]),
        (["datasets", "a b; rm"], {"kind": "gaussian"}, ["a b; rm", "lower-case"]),
        (["datasets", "../x"], {"kind": "gaussian"}, ["../x", "lower-case"]),
        (["teachers", "unit", "norms"], [], ["teachers.unit.norms", "0 entries", "at least 1"]),
        (["teachers", "mine"], {"kind": "file", "path": "no/such.nc"}, ["teachers.mine.path", "no such file"]),
        (["experiments", "aligment"], {}, ["aligment", "did you mean 'alignment'"]),
        (["experiments", "bias", "cells", "deltas", "deltas"], [], ["deltas", "0 entries", "at least 1"]),
        (["experiments", "bias", "cells", "deltas", "deltas"], [1, 1], ["deltas", "must differ"]),
        (["experiments", "alignment", "cells", "sweep", "n_train"], [0], ["sweep.n_train.0", "is 0", "≥ 1"]),
        (["experiments", "alignment", "cells", "sweep", "n_train"], [21], ["sweep.n_train", "21", "n_points is 20"]),
        (["experiments", "alignment", "cells", "growth", "n_train"], [2, 1], ["growth.n_train", "must increase"]),
        (["experiments", "alignment", "cells", "sweep", "dataset"], "polynomial_swep", ["did you mean", "_sweep'"]),
        (["experiments", "alignment", "cells", "sweep", "dataset"], "margin_10", ["kind margin", "polynomial_angle"]),
        (["experiments", "mixing", "cells", "main", "stopping_epochs"], [3], ["mixing", "holds 3", "network keeps"]),
        (["experiments", "transfer", "cells", "linear", "oracle_sizes"], [512], ["holds 512", "n_test = 2048"]),
        (["datasets", "boundary", "n_risk"], 0, ["boundary.n_risk", "is 0", "≥ 1"]),
        (["experiments", "plateaus", "cells", "depth_1", "dims"], [11], ["holds 11", "dim = 10"]),
        (["experiments", "difficulty", "cells", "main", "dims"], [4], ["holds 4", "mixture_sweep.dims"]),
        (["experiments", "difficulty", "cells", "main", "flipped", "modes"], 5, ["is 5", "one of", "mixture_sweep"]),
        (["datasets", "cifar10_resnet", "teacher_points"], 40000, ["cifar10_resnet", "is 52500", "≤ 50000"]),
        (["datasets", "cifar10_resnet", "test_points"], 10001, ["test_points", "is 10001", "≤ 10000"]),
        (["datasets", "cifar10_kernel", "worlds"], 9, ["cifar10_kernel", "worlds × test_points is 11250", "≤ 10000"]),
        (["teachers", "resnet", "blocks"], [1, 0], ["resnet.blocks.1", "is 0", "≥ 1"]),
        (["teachers", "resnet", "precision"], "float8", ["resnet.precision", "float16"]),
        (["experiments", "finite_width", "cells", "wide", "test_points"], 2049, ["is 2049", "n_test = 2048"]),
        (["experiments", "finite_width", "cells", "wide", "trained_worlds"], 21, ["is 21", "boundary.worlds = 20"]),
        (["experiments", "transfer", "cells", "network", "runs"], 5, ["is 5", "boundary.runs = 4"]),
        (["datasets", "cifar10_kernel", "worlds"], 9, ["worlds × test_points is 11250", "≤ 10000"]),
        (["experiments", "finite_width", "cells", "wide", "n_train"], [4096], ["4096", "n_points is 2048"]),
        (["experiments", "finite_width", "cells", "wide", "stopping_epochs"], [3], ["holds 3", "network keeps"]),
        (["experiments", "finite_width", "cells", "wide", "widths"], [64], ["holds 64", "narrow has too"]),
        (["experiments", "finite_width", "cells", "wide", "step_share"], 0.4, ["step_share", "that of narrow, 0.5"]),
        (["datasets", "gaussian_below", "worlds_per_job"], 2, ["worlds_per_job", "is 2", "divide worlds = 5"]),
        (["datasets", "gaussian_below", "worlds_per_job"], 10, ["worlds_per_job", "is 10", "divide worlds = 5"]),
        (["datasets", "margin_10", "worlds_per_job"], 1, ["margin_10.worlds_per_job", "is 1", "worlds / 200 = 2"]),
        (["datasets", "margin_10", "first_world"], 1, ["margin_10.first_world", "unknown key"]),
        (["experiments", "bias", "cells", "chains", "worlds"], 21, ["is 21", "teachers.digits.worlds = 20"]),
        (["experiments", "design", "cells", "main", "pool_points"], 513, ["513", "n_points = 512"]),
        (["experiments", "design", "cells", "main", "pool_points"], 32, ["64 points", "pool_points is 32"]),
        (["experiments", "kernel_design", "cells", "main", "largest_size"], 513, ["pool_points is 512"]),
        (["experiments", "kernel_design", "cells", "main", "error_points"], 4097, ["n_test + n_oracle = 4096"]),
        (["experiments", "growth", "cells", "main", "first_size"], 32, ["last_size", "above first_size = 32"]),
        (["experiments", "growth", "cells", "main", "last_size"], 2049, ["last_size", "2049", "n_points = 2048"]),
        (["datasets", "polynomial_growth", "dim"], 999, ["alignment", "one dim", "999"]),
        (["experiments", "alignment", "cells", "sweep"], None, ["alignment.cells.sweep", "null", "object"]),
        (["experiments", "convergence", "cells", "below", "precisions"], ["float46"], ["did you mean 'float64'"]),
        (["experiments", "resnet_transfer", "cells", "hard", "steps"], 100, ["hard.steps", "is 100", "multiple of 8"]),
        (["experiments", "convergence", "cells", "below", "max_steps"], 10, ["recorded_steps", "is 61", "max_steps"]),
    ],
)  # fmt: skip
def test_a_bad_value_gives_one_line_that_names_key_value_and_what_is_allowed(config, path, value, words):
    with pytest.raises(ConfigError) as caught:
        check(changed(config, path, value))
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("file", [REPOSITORY / "config.yaml", *PRESETS], ids=lambda file: file.stem)
def test_no_key_is_written_twice(file):
    def walk(node, path):
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len(set(keys)) == len(keys), f"{path} has {keys}"
            for key, child in node.value:
                walk(child, f"{path}.{key.value}")

    walk(yaml.compose(file.read_text(), yaml.SafeLoader), file.name)


@pytest.mark.parametrize(
    ("worlds", "words"),
    [
        (30, ["cells.network.worlds: is 30", "at most datasets.boundary.worlds = 20"]),
        (15, ["cells.network.worlds: is 15", "a multiple of 10", "a job of datasets.boundary"]),
    ],
)
def test_a_cell_has_the_first_batches_of_its_dataset(config, worlds, words):
    cell = ["experiments", "transfer", "cells", "network", "worlds"]
    check(changed(config, cell, 10))
    with pytest.raises(ConfigError) as caught:
        check(changed(config, cell, worlds))
    assert all(word in str(caught.value) for word in words)


def test_a_risk_is_kept_only_where_the_dataset_has_risk_points(config):
    boundary = {key: value for key, value in config["datasets"]["boundary"].items() if key != "n_risk"}
    with pytest.raises(ConfigError, match=r"kept: holds risk, for which datasets\.boundary\.n_risk is needed"):
        check(changed(config, ["datasets", "boundary"], boundary))


def test_no_cell_may_name_an_epoch_that_its_teacher_does_not_have(config):
    cells = {
        (experiment, cell): settings
        for experiment, block in config["experiments"].items()
        for cell, settings in block.get("cells", {}).items()
    }
    kinds = set()
    for (experiment, cell), settings in cells.items():
        teacher = config["teachers"][settings["teacher"]]
        if "stopping_epochs" in settings:
            with pytest.raises(
                ConfigError, match=rf"{experiment}\.cells\.{cell}\.stopping_epochs: holds 999999, must be"
            ):
                check(changed(config, ["experiments", experiment, "cells", cell, "stopping_epochs"], [999_999]))
            kinds.add(teacher["kind"])
    used = {config["teachers"][settings["teacher"]]["kind"] for settings in cells.values()}
    assert kinds == used & {
        kind for kind in names("teachers") if "stopping_epochs" in schema(f"teachers/{kind}.yaml")["properties"]
    }


def test_a_missing_key_is_named(config):
    del config["datasets"]["margin_10"]["dim"]
    with pytest.raises(ConfigError, match=r"datasets\.margin_10\.dim: is missing"):
        check(config)


@pytest.mark.parametrize(("text", "number"), [("1e-3", 1e-3), ("0.01", 0.01), ("2E-4", 2e-4)])
def test_a_number_that_arrives_as_text_is_understood(config, text, number):
    checked = check(changed(config, ["experiments", "deep", "cells", "below", "tolerance"], text))
    assert checked["experiments"]["deep"]["cells"]["below"]["tolerance"] == number
    steps = check(changed(config, ["experiments", "deep", "cells", "below", "max_steps"], "500"))
    assert steps["experiments"]["deep"]["cells"]["below"]["max_steps"] == 500


def test_an_experiment_may_be_left_out(config):
    del config["experiments"]["bias"]
    assert "bias" not in check(config)["experiments"]


def test_every_schema_is_closed_and_its_options_say_what_they_mean_and_where_they_come_from():
    def walk(node, path):
        for key, child in node.get("properties", {}).items():
            here = f"{path}.{key}"
            if child.get("type") == "object":
                if "properties" in child or isinstance(child.get("additionalProperties"), dict):
                    assert child.get("additionalProperties") is not None, here
                inner = child.get("additionalProperties")
                walk(inner if isinstance(inner, dict) else child, here)
            elif key != "kind":
                assert child.get("description"), f"{here} has no description"
                assert child.get("x-source") in ("paper", "assumed"), f"{here} has no x-source"

    for name in ["study.yaml", *(f"{s}/{n}.yaml" for s in ("datasets", "teachers", "experiments") for n in names(s))]:
        assert schema(name)["additionalProperties"] is False, name
        walk(schema(name), name)


def test_a_block_that_was_given_another_kind_is_told_to_take_a_name_of_its_own(config):
    replaced = {**config["teachers"]["digits"], "kind": "file", "path": "mine.nc"}
    with pytest.raises(ConfigError, match=r"^teachers\.digits\.\w+: unknown key of the kind file; .*a name of its own"):
        check(changed(config, ("teachers", "digits"), replaced))


def test_a_teacher_in_the_wrong_place_is_told_where_its_kind_is_allowed(config, tmp_path):
    given = changed(config, ("teachers", "mine"), {"kind": "file", "path": "mine.nc"})
    with pytest.raises(
        ConfigError,
        match=r"mine is of kind file, must be of kind network; kind file is for bias, correction, design_dig",
    ):
        check(changed(given, ("experiments", "hard_labels", "cells", "main", "teacher"), "mine"))
