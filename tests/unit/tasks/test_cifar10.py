from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.tasks import cifar10
from kdtheory.tasks.images import ImageSet

RECORD = {"name": "cifar10", "source": "npm"}
SETTINGS = cifar10.Settings(teacher_points=12, transfer_points=18, test_points=7)
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
    return dataset["sample_id"].values[dataset["part"].values == part]


def test_every_sample_is_the_image_that_its_id_names(tiny_cifar):
    dataset = cifar10.build(SETTINGS, draw, RECORD)
    pixels = np.concatenate([tiny_cifar.train_images, tiny_cifar.test_images])
    labels = np.concatenate([tiny_cifar.train_labels, tiny_cifar.test_labels])
    assert dataset["pixels"].dims == ("sample", "row", "column", "channel")
    assert dataset["pixels"].dtype == dataset["label"].dtype == np.uint8
    np.testing.assert_array_equal(dataset["pixels"], pixels[dataset["sample_id"]])
    np.testing.assert_array_equal(dataset["label"], labels[dataset["sample_id"]])
    assert dataset.attrs["source"] == "npm" and dataset.attrs["class_names"].split(", ")[1] == "automobile"


def test_teacher_and_transfer_images_are_disjoint_training_images_and_test_images_are_test_images(tiny_cifar):
    dataset = cifar10.build(SETTINGS, draw, RECORD)
    np.testing.assert_array_equal(dataset["part"], [0] * 18 + [1] * 7 + [3] * 12)
    assert len(np.unique(dataset["sample_id"])) == 37
    np.testing.assert_array_equal(dataset["sample_id"] >= 40, dataset["part"] == 1)


def test_the_size_of_one_part_changes_no_image_of_another(tiny_cifar):
    larger = replace(SETTINGS, teacher_points=20)
    np.testing.assert_array_equal(ids_of(SETTINGS, 0), ids_of(larger, 0))
    np.testing.assert_array_equal(ids_of(SETTINGS, 1), ids_of(larger, 1))
    np.testing.assert_array_equal(ids_of(SETTINGS, 3), ids_of(larger, 3)[:12])
    np.testing.assert_array_equal(ids_of(SETTINGS, 3), ids_of(replace(SETTINGS, transfer_points=28), 3))


def test_the_dataset_comes_back_from_its_file_as_it_was(tiny_cifar, tmp_path):
    dataset = cifar10.build(SETTINGS, draw, RECORD)
    storage.write(dataset, tmp_path / "cifar.nc", {})
    assert storage.data_digest(storage.read(tmp_path / "cifar.nc")) == storage.data_digest(dataset)
