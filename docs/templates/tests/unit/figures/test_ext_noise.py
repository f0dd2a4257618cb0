import numpy as np
import xarray as xr
from samples.lines import lines_of

from kdtheory.figures import ext_noise, style


def test_every_level_of_noise_is_a_line_of_means():
    values = np.random.default_rng(0).uniform(0.1, 0.3, (1, 2, 3, 6))
    dims = ("dim", "noise", "n_train", "world")
    group = xr.Dataset({"risk": (dims, values)}, {"dim": [10], "noise": [0.0, 0.5], "n_train": [1, 5, 10]})
    (axes,) = style.styled(ext_noise.draw)(group).axes
    for label, of_level in zip((r"$\sigma$ = 0", r"$\sigma$ = 0.5"), values[0], strict=True):
        (line,) = lines_of(axes, label)
        np.testing.assert_allclose(line.get_ydata(), of_level.mean(axis=-1))
