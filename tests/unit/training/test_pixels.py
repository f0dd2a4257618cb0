import numpy as np
import pytest
import torch

from kdtheory.training.pixels import PADDING, Standardise, augment, channel_statistics, draw_augmentation

rng = np.random.default_rng(2)
IMAGES = rng.integers(0, 256, (20, 7, 6, 3), dtype=np.uint8)


def as_tensors(drawn):
    return {name: torch.from_numpy(values) for name, values in drawn.items()}


@pytest.mark.parametrize("kind", ["none", "flip", "flip_and_crop"])
def test_every_image_is_flipped_and_cut_out_as_drawn(kind):
    drawn = draw_augmentation(kind, len(IMAGES), np.random.default_rng(3))
    found = augment(torch.from_numpy(IMAGES), **as_tensors(drawn)).numpy()
    for index, image in enumerate(IMAGES):
        if kind != "none" and drawn["flipped"][index]:
            image = image[:, ::-1]
        if kind == "flip_and_crop":
            row, column = drawn["offsets"][index]
            bordered = np.zeros((7 + 2 * PADDING, 6 + 2 * PADDING, 3), dtype=np.uint8)
            bordered[PADDING:-PADDING, PADDING:-PADDING] = image
            image = bordered[row : row + 7, column : column + 6]
        np.testing.assert_array_equal(found[index], image)
    assert found.dtype == np.uint8


def test_half_of_the_images_are_flipped_and_every_window_is_drawn():
    drawn = draw_augmentation("flip_and_crop", 4000, np.random.default_rng(3))
    # Six standard deviations of a fair coin: a false alarm in one of 5e8 seeds, and this seed is fixed.
    assert abs(drawn["flipped"].mean() - 0.5) < 6 * 0.5 / np.sqrt(4000)
    assert len(np.unique(drawn["offsets"], axis=0)) == (2 * PADDING + 1) ** 2


def test_an_unknown_augmentation_is_an_error():
    with pytest.raises(ValueError, match="augmentation is 'rotate'; allowed are none, flip and flip_and_crop"):
        draw_augmentation("rotate", 3, rng)


def test_standardised_images_have_mean_zero_and_deviation_one_in_each_channel():
    values = Standardise(*channel_statistics(IMAGES))(torch.from_numpy(IMAGES)).double()
    np.testing.assert_allclose(values.mean(dim=(0, 1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(values.std(dim=(0, 1, 2), correction=0), 1, rtol=1e-6)


def test_a_mean_image_and_one_deviation_are_allowed_as_well():
    mean = IMAGES.mean(axis=0)
    values = Standardise(mean, 50.0)(torch.from_numpy(IMAGES))
    np.testing.assert_allclose(values, (IMAGES - mean) / 50, rtol=1e-5, atol=1e-6)
