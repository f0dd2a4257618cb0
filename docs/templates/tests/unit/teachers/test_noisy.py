from functools import partial

import numpy as np

from kdtheory.jobs.seeds import generator
from kdtheory.tasks import margin
from kdtheory.teachers import noisy

draw = partial(generator, 1, "teacher")


def test_the_noise_has_the_stated_deviation_and_is_the_same_at_every_level():
    dataset = margin.build(margin.Settings(dim=3, limit_degrees=60.0, n_points=500, worlds=20), draw)
    exported = noisy.export(noisy.Settings(noises=[0.0, 1.0, 2.0]), draw, dataset)
    assert exported["logits"].sizes == {"stopping_epoch": 1, "noise": 3, "world": 20, "sample": 500}
    clean, once, twice = (exported["logits"].isel(stopping_epoch=0).sel(noise=noise) for noise in (0, 1, 2))
    np.testing.assert_allclose(twice - clean, 2 * (once - clean), atol=1e-12)
    # 10,000 draws: the deviation exceeds 4 standard errors, 4/√20000, once in 16,000 seeds.
    assert abs(float((once - clean).std()) - 1) < 4 / np.sqrt(20_000)
