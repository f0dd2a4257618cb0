"""Groups of designed transfer sets and of growing ones, made up: small studies in which every statement is true."""

import numpy as np
import xarray as xr

DESIGNS = ("random", "pivoted_cholesky", "largest_margin", "smallest_margin", "steepest")
# What the risk of each design is, relative to that of random points.
FACTORS = {"random": 1.0, "pivoted_cholesky": 0.7, "largest_margin": 0.8, "smallest_margin": 2.0, "steepest": 0.4}
WIDTHS, WORLDS = (16, 64), 20


def design(**factors):
    """Return ``linear/design``: risks that fall like 1/n, at each design's factor of that of random points."""
    kappa = np.array([0.5, 1.0, 2.0])
    risk = 0.2 * 2.0 ** -kappa[:, None, None, None] * _risks((2, 8, 32), **factors)
    cells = ("kappa", "design", "n_train", "world")
    return _of_designs({"risk": (cells, risk), "angle": (cells, np.arctan(3 * risk))}, (2, 8, 32)).assign_coords(
        kappa=kappa
    )


def design_digits(**factors):
    """Return ``linear/design_digits``, as `design` without tasks."""
    risk = 0.2 * _risks((2, 8, 32), **factors)
    variables = {"risk": (("design", "n_train", "world"), risk), "test_images": ((), np.int64(2115))}
    return _of_designs(variables, (2, 8, 32))


def kernel_design(*, confirmed=1e-4, rises=0.2, widened=0.0, **factors):
    """Return ``wide/kernel_design``: angles that fall, but for one that is ``widened``; a share of ``rises``."""
    sizes = np.arange(1, 33)
    risk = 0.9 * _risks(sizes, **factors)
    risk[0] = _chains(sizes, rises)
    angle = np.arccos(0.9 * np.sqrt(sizes / 32))[None, :, None] * np.ones((len(DESIGNS), 1, WORLDS))
    angle[2, 5, 3] = angle[2, 4, 3] + widened if widened else angle[2, 5, 3]
    cells, each = ("design", "n_train", "world"), (len(DESIGNS), WORLDS)
    variables = {
        "risk": (cells, risk),
        "angle": (cells, angle),
        **_of_chains(("design", "world"), each, confirmed, rises),
    }
    return _of_designs(variables, sizes)


def growth(*, confirmed=1e-3, rises=0.4):
    """Return ``wide/growth``, with a share of ``rises``."""
    sizes = np.arange(8, 25)
    risk = np.stack([_chains(sizes, rises)] * len(WIDTHS))
    cells, each = ("width", "n_train", "world"), (len(WIDTHS), WORLDS)
    variables = {
        "risk": (cells, risk),
        **_of_chains(("width", "world"), each, confirmed, rises),
        "misfit": (cells, 0.01 * np.ones(risk.shape)),
    }
    return xr.Dataset(variables, coords={"width": list(WIDTHS), "n_train": sizes, "world": np.arange(WORLDS)})


def _risks(sizes, **factors):
    """Risks (design, n_train, world) with the chance of each world."""
    factors = np.array([(FACTORS | factors)[name] for name in DESIGNS])
    chance = np.exp(0.05 * np.random.default_rng(8).standard_normal((len(DESIGNS), len(sizes), WORLDS)))
    return factors[:, None, None] / np.array(sizes)[:, None] * chance


def _chains(sizes, rises):
    """Risks (sizes, worlds) like 1/n, of which about a share of the steps rise."""
    up = np.random.default_rng(9).random((len(sizes) - 1, WORLDS)) < rises
    falls = (sizes[:-1] / sizes[1:])[:, None] ** (1 / (1 - rises))
    return 0.9 / sizes[0] * np.concatenate([np.ones((1, WORLDS)), np.cumprod(np.where(up, 1.01, falls), axis=0)])


def _of_chains(dims, shape, confirmed, rises):
    chance = np.random.default_rng(10).standard_normal((3, *shape))
    values = {
        "confirmed_rise": confirmed * (1 + 0.3 * chance[0]),
        "rise_share": np.clip(rises + 0.02 * chance[1], 0, 1),
        "directness": np.clip(0.8 + 0.02 * chance[2], -1, 1),
    }
    return {name: (dims, numbers) for name, numbers in values.items()}


def _of_designs(variables, sizes):
    coords = {"design": list(DESIGNS), "n_train": np.array(sizes), "world": np.arange(WORLDS)}
    return xr.Dataset(variables, coords=coords)
