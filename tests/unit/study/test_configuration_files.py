from pathlib import Path

import pytest

from kdtheory.study.configuration_files import check, read
from kdtheory.study.schema import ConfigError

REPOSITORY = Path(__file__).parents[3]
CONFIG = REPOSITORY / "config.yaml"


@pytest.fixture
def overlay(tmp_path):
    def write(text):
        (tmp_path / "mine.yaml").write_text(text)
        return [CONFIG, tmp_path / "mine.yaml"]

    return write


def test_files_are_merged_and_a_place_is_the_last_file_that_sets_a_key(overlay):
    files = overlay("preset: smoke\ndatasets:\n  cube: {dim: 4}\n")
    found = read(files)
    assert found.values["preset"] == "smoke" and found.values["datasets"]["cube"] == {
        **read([CONFIG]).values["datasets"]["cube"], "dim": 4,
    }  # fmt: skip
    assert found.place(["datasets", "cube", "dim"]) == f"{files[1]}:3"
    assert found.place(["datasets", "cube", "kind"]).startswith(f"{CONFIG}:")
    assert found.place(["nothing"]) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "datasets:\n  polynomial_sweep: {kappas: [-1]}\n",
            2,
            "datasets.polynomial_sweep.kappas.0: is -1, must be > 0",
        ),
        (
            "experiments: {mixing: {cells: {main: {temperature: 1.0e-320}}}}\n",
            1,
            "temperature: is 1e-320, must be 0 or",
        ),
        (
            "experiments: {mixing: {cells: {main: {temperature: 1.0e-5}}}}\n",
            1,
            "temperature: is 1e-05, must be ≥ 0.001",
        ),
        (
            f"teachers: {{network: {{stopping_epochs: {list(range(1, 1002))}}}}}\n",
            1,
            "has 1001 entries, must have at most",
        ),
        ("datasets:\n  margin_10: {worlds: 1000000}\n  margin_100: {dim: 1000000, n_points: 100000}\n", 3, "TiB"),
        ("datasets: {cifar10_kernel: {transfer_pionts: 1}}\n", 1, "did you mean 'transfer_points'"),
    ],
)
def test_what_is_wrong_is_one_line_with_file_line_and_key(overlay, text, line, words):
    files = overlay(text)
    with pytest.raises(ConfigError) as caught:
        check(files)
    assert str(caught.value).startswith(f"{files[1]}:{line}: ") and words in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600


def test_what_the_command_line_sets_is_named_as_such():
    with pytest.raises(ConfigError, match=r"^--config: seed: is -1, must be ≥ 0"):
        check([CONFIG], overrides={"seed": -1})


@pytest.mark.slow
def test_another_reading_of_the_same_files_is_refused():
    found = read([CONFIG]).values
    assert check([CONFIG], {**found, "seed": str(found["seed"])}) == check([CONFIG])
    with pytest.raises(ConfigError, match=rf"config\.yaml:4: seed: is 8 to Snakemake and {found['seed']} in YAML 1\.2"):
        check([CONFIG], {**found, "seed": 8})
    with pytest.raises(ConfigError, match=r"the configuration: is .* to Snakemake"):
        check([CONFIG], {**found, "more": 1})
    with pytest.raises(ConfigError, match=r"experiments\.bias: is \{\} to Snakemake"):
        check([CONFIG], {**found, "experiments": {**found["experiments"], "bias": {}}})
