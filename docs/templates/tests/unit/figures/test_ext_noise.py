import numpy as np
import xarray as xr

from kdtheory.figures import ext_noise, style


def test_every_level_of_noise_is_a_line_of_means():
    values = np.random.default_rng(0).uniform(0.1, 0.3, (1, 2, 3, 6))
    dims = ("dim", "noise", "n_train", "world")
    group = xr.Dataset({"risk": (dims, values)}, {"dim": [10], "noise": [0.0, 0.5], "n_train": [1, 5, 10]})
    (axes,) = style.styled(ext_noise.draw)(group).axes
    drawn = [bars.lines[0].get_ydata() for bars in axes.containers]
    np.testing.assert_allclose(drawn, values[0].mean(axis=-1))
