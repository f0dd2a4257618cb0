import numpy as np
import pytest
import torch

from kdtheory.training.pixels import PADDING, Standardise, Views, channel_statistics

rng = np.random.default_rng(2)
IMAGES = rng.integers(0, 256, (20, 7, 6, 3), dtype=np.uint8)


KINDS = {"none": 1, "flip": 2, "flip_and_crop": 2 * 81, "flip_and_coarse_crop": 2 * 9}


@pytest.mark.parametrize("kind", KINDS)
def test_every_view_is_the_image_flipped_and_cut_out_as_its_table_says(kind):
    views = Views(kind)
    assert len(views) == KINDS[kind]
    for view in range(len(views)):
        found = views.shown(torch.from_numpy(IMAGES), torch.full((len(IMAGES),), view)).numpy()
        row, column = views.offsets[view]
        bordered = np.zeros((len(IMAGES), 7 + 2 * PADDING, 6 + 2 * PADDING, 3), dtype=np.uint8)
        bordered[:, PADDING:-PADDING, PADDING:-PADDING] = IMAGES[:, :, ::-1] if views.flipped[view] else IMAGES
        np.testing.assert_array_equal(found, bordered[:, row : row + 7, column : column + 6])
        assert found.dtype == np.uint8


def test_each_image_of_a_batch_is_seen_in_its_own_view():
    views, chosen = Views("flip_and_crop"), torch.arange(0, 160, 8)
    together = views.shown(torch.from_numpy(IMAGES), chosen)
    for index, view in enumerate(chosen):
        alone = views.shown(torch.from_numpy(IMAGES[index : index + 1]), view[None])
        np.testing.assert_array_equal(together[index], alone[0])


@pytest.mark.parametrize("kind", KINDS)
def test_views_differ_and_the_first_is_the_image_itself(kind):
    views = Views(kind)
    table = np.column_stack([views.flipped, views.offsets])
    assert len(np.unique(table, axis=0)) == len(views)
    np.testing.assert_array_equal(table[0], [0, PADDING, PADDING])
    assert table[:, 0].mean() == (0 if kind == "none" else 0.5)


def test_unknown_views_are_an_error():
    with pytest.raises(ValueError, match="views are 'rotate'; allowed are none, flip, flip_and_crop, flip_and_coarse"):
        Views("rotate")


def test_standardised_images_have_mean_zero_and_deviation_one_in_each_channel():
    values = Standardise(*channel_statistics(IMAGES))(torch.from_numpy(IMAGES)).double()
    np.testing.assert_allclose(values.mean(dim=(0, 1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(values.std(dim=(0, 1, 2), correction=0), 1, rtol=1e-6)


def test_a_mean_image_and_one_deviation_are_allowed_as_well():
    mean = IMAGES.mean(axis=0)
    values = Standardise(mean, 50.0)(torch.from_numpy(IMAGES))
    np.testing.assert_allclose(values, (IMAGES - mean) / 50, rtol=1e-5, atol=1e-6)
