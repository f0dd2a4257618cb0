"""Flows of kernel students whose distances fall by one law, the sooner the higher the temperature."""

import numpy as np
import xarray as xr

from kdtheory.analysis.flow import largest_step, settling_time

SCALES, RATIOS, TEMPERATURES, SIZES, WORLDS = ["raw", "t_squared"], [0.5, 1.0], [0.5, 2.0, 5.0], [16, 64], 6
TIMES = np.append(0.0, np.logspace(-1, 20, 43))


def flow(*, sooner=(3.0, 3.0), end=0.0, setback=0.0, weights=0.0, spread=0.05):
    """Return the group ``wide/flow``.

    Distances are 1/(1 + τ/s) + ``end`` with s = 10⁶T^(−``sooner``), one exponent for each convention of the loss; half
    way they are larger by ``setback``, and those of weights by ``weights``. ``spread`` is that of ln s over worlds.
    """
    rng = np.random.default_rng(5)
    cells = ("loss_scale", "soft_ratio", "temperature", "n_train")
    coords = {"loss_scale": SCALES, "soft_ratio": RATIOS, "temperature": TEMPERATURES, "n_train": SIZES}
    sizes = [len(values) for values in coords.values()]
    powers = np.array(sooner)[:, None, None, None, None]
    scale = 1e6 * np.array(TEMPERATURES)[:, None, None] ** -powers * np.array(SIZES)[:, None]
    scale = scale * np.exp(spread * rng.standard_normal((*sizes, WORLDS)))
    path = 1 / (1 + TIMES[:, None] / scale[..., None, :]) + end
    half_way = (np.arange(len(TIMES)) == 10)[:, None]
    dims = (*cells, "time", "world")
    group = xr.Dataset(
        {"target_distance": (dims, path + setback * half_way), "weight_distance": (dims, path + weights * half_way)},
        coords={**coords, "time": TIMES, "world": np.arange(WORLDS)},
    )
    settled = settling_time(group["target_distance"])
    steps = (settled / largest_step(group["target_distance"])).transpose(*cells, "world")
    return group.assign(settling_time=settled, settling_steps=steps)
