from pathlib import Path

import pytest

from kdtheory.study import sizes
from kdtheory.study.configuration_files import check
from kdtheory.study.schema import ConfigError

REPOSITORY = Path(__file__).parents[3]
GIB = 2**30


@pytest.fixture(scope="module")
def config():
    return check([REPOSITORY / "config.yaml"])


def changed(config, path, value):
    if not path:
        return value
    return {**config, path[0]: changed(config[path[0]], path[1:], value)}


def test_the_default_study_needs_one_gib_and_not_three_quarters_of_it(config):
    sizes.check_sizes(config, GIB)
    match = r"with which fitting kernel_.* takes about 9\d\d\.\d MiB .* there are 768\.0 MiB"
    with pytest.raises(ConfigError, match=match):
        sizes.check_sizes(config, 0.75 * GIB)


@pytest.mark.parametrize(
    ("path", "value", "job"),
    [
        (("datasets", "margin_100", "worlds"), 1_000_000, "making the dataset margin_100"),
        (("datasets", "boundary", "n_points"), 100_000, "making|fitting|exporting"),
        (
            ("experiments", "kernel_transfer", "cells", "main", "n_train"),
            [4000, 90_000],
            "fitting kernel_transfer, main",
        ),
        (("teachers", "network", "width"), 100_000, "training the teacher network"),
        (("teachers", "resnet", "batch_size"), 1_000_000, "training the teacher resnet"),
        (("experiments", "deep", "cells", "below", "hidden_width"), 10_000_000, "fitting deep, below"),
    ],
)
def test_a_job_that_no_memory_holds_is_refused_with_the_key_to_change(config, path, value, job):
    damaged = changed(config, path, value)
    if path == ("datasets", "boundary", "n_points"):
        many = {**damaged["datasets"]["boundary"], "worlds": 10_000, "worlds_per_job": 10_000}
        damaged = changed(damaged, ("datasets", "boundary"), many)
    with pytest.raises(ConfigError, match=job) as caught:
        sizes.check_sizes(damaged, 8 * GIB)
    named = str(caught.value).partition(":")[0].split(".")
    assert named[: len(path) - 1] == list(path[:-1])


def test_the_key_that_is_named_makes_the_study_smaller(config):
    with pytest.raises(ConfigError, match=r"^datasets\.margin_100\.\w+: is"):
        sizes.check_sizes(changed(config, ("datasets", "margin_100", "worlds"), 1_000_000), 8 * GIB)


def test_this_machine_has_memory():
    assert GIB / 2 < sizes.machine_memory() < sizes.LARGEST_NODE
