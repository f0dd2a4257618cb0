from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.tasks import cifar10
from kdtheory.tasks.images import ImageSet

RECORD = {"name": "cifar10", "source": "npm"}
SETTINGS = cifar10.Settings(teacher_points=12, transfer_points=18, test_points=7, worlds=2)
SECOND = replace(SETTINGS, worlds=1, first_world=1)
draw = partial(generator, 3, "cifar10")


@pytest.fixture
def tiny_cifar(monkeypatch):
    rng = np.random.default_rng(0)
    sets = ImageSet(
        rng.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, 40, dtype=np.uint8),
        rng.integers(0, 256, (20, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, 20, dtype=np.uint8),
    )  # fmt: skip
    monkeypatch.setattr(cifar10, "load", lambda name: sets)
    return sets


def ids_of(settings, part):
    dataset = cifar10.build(settings, draw, RECORD)
    return dataset["sample_id"].values[:, dataset["part"].values == part]


def test_every_sample_is_the_image_that_its_id_names(tiny_cifar):
    dataset = cifar10.build(SETTINGS, draw, RECORD)
    pixels = np.concatenate([tiny_cifar.train_images, tiny_cifar.test_images])
    labels = np.concatenate([tiny_cifar.train_labels, tiny_cifar.test_labels])
    assert dataset["pixels"].dims == ("world", "sample", "row", "column", "channel")
    assert dataset["pixels"].dtype == dataset["label"].dtype == np.uint8
    np.testing.assert_array_equal(dataset["pixels"], pixels[dataset["sample_id"]])
    np.testing.assert_array_equal(dataset["label"], labels[dataset["sample_id"]])
    assert dataset.attrs["source"] == "npm" and dataset.attrs["class_names"].split(", ")[1] == "automobile"


def test_teacher_and_transfer_images_of_a_world_are_disjoint_and_test_images_are_test_images(tiny_cifar):
    dataset = cifar10.build(SETTINGS, draw, RECORD)
    np.testing.assert_array_equal(dataset["part"], [0] * 18 + [1] * 7 + [3] * 12)
    for ids in dataset["sample_id"].values:
        assert len(np.unique(ids)) == 37
        np.testing.assert_array_equal(ids >= 40, dataset["part"] == 1)


def test_worlds_have_their_own_splits_and_share_no_test_image(tiny_cifar):
    assert np.unique(ids_of(SETTINGS, 1)).size == 14
    assert np.unique(ids_of(replace(SETTINGS, test_points=10), 1)).size == 20
    for part in (0, 3):
        first, second = map(set, ids_of(SETTINGS, part))
        assert first != second and first & second, "drawn anew, among the same images"


def test_a_world_depends_neither_on_the_batch_nor_on_how_many_worlds_there_are(tiny_cifar):
    both, second = (cifar10.build(settings, draw, RECORD) for settings in (SETTINGS, SECOND))
    assert second["world"].values.tolist() == [1]
    xr.testing.assert_identical(second, both.isel(world=[1]))


def test_test_images_that_there_are_not_are_refused(tiny_cifar):
    with pytest.raises(ValueError, match="3 worlds of 7 test images need more than the 20"):
        cifar10.build(replace(SECOND, worlds=2), draw, RECORD)


def test_the_size_of_one_part_changes_no_image_of_another(tiny_cifar):
    larger = replace(SETTINGS, teacher_points=20)
    np.testing.assert_array_equal(ids_of(SETTINGS, 0), ids_of(larger, 0))
    np.testing.assert_array_equal(ids_of(SETTINGS, 1), ids_of(larger, 1))
    np.testing.assert_array_equal(ids_of(SETTINGS, 3), ids_of(larger, 3)[:, :12])
    np.testing.assert_array_equal(ids_of(SETTINGS, 3), ids_of(replace(SETTINGS, transfer_points=28), 3))


def test_the_dataset_comes_back_from_its_file_as_it_was(tiny_cifar, tmp_path):
    dataset = cifar10.build(SETTINGS, draw, RECORD)
    storage.write(dataset, tmp_path / "cifar.nc", {})
    assert storage.data_digest(storage.read(tmp_path / "cifar.nc")) == storage.data_digest(dataset)
