"""Ground truths of the wide study: sums of Gaussian bumps, whose zero set is the class boundary (JZ20 Sec. 4)."""

from dataclasses import dataclass

import numpy as np

from kdtheory.tasks.worlds import sample_ids

PROBE_POINTS = 20_000
MOST_ATTEMPTS = 1000
# A value this far below the function's spread counts as flat.
FLAT_LEVEL = 0.05
_POINTS_AT_ONCE = 4096


def gaussian_sum(inputs, centres, amplitudes, width):
    """Return Σ_j A_j exp(−‖x − c_j‖²/σ²) (JZ20 Sec. 4, z_gaussian).

    Parameters
    ----------
    inputs : array, shape (..., d)
        Points x.
    centres : array, shape (q, d)
        Centres c_j.
    amplitudes : array, shape (q,)
        Amplitudes A_j.
    width : float or array, shape (q,)
        Width σ > 0 of every bump, or σ_j of each.

    Returns
    -------
    numpy.ndarray, shape (...)

    Raises
    ------
    ValueError
        Shapes do not fit, or the width is not positive.
    """
    inputs, centres = np.asarray(inputs, dtype=float), np.asarray(centres, dtype=float)
    if centres.ndim != 2 or inputs.shape[-1] != centres.shape[1]:
        raise ValueError(f"centres has shape {centres.shape}; it must be (q, {inputs.shape[-1]}) for these inputs")
    if np.shape(amplitudes) != (len(centres),):
        raise ValueError(f"amplitudes has shape {np.shape(amplitudes)}; it must be ({len(centres)},)")
    width = np.asarray(width, dtype=float)
    if width.shape not in ((), (len(centres),)) or not (width > 0).all():
        raise ValueError(f"width is {width}; it must be positive, one number or {len(centres)}")
    points = inputs.reshape(-1, inputs.shape[-1])
    values = np.empty(len(points))
    for start in range(0, len(points), _POINTS_AT_ONCE):
        chunk = slice(start, start + _POINTS_AT_ONCE)
        squares = np.square(points[chunk, None] - centres).sum(axis=-1)
        values[chunk] = np.exp(-squares / width**2) @ amplitudes
    return values.reshape(inputs.shape[:-1])


@dataclass(frozen=True)
class BoundaryFunction:
    """f_g(x) = Σ_j A_j exp(−‖x − c_j‖²/σ²) − offset; the classes are its signs.

    Attributes
    ----------
    centres : numpy.ndarray, shape (modes, d)
    amplitudes : numpy.ndarray, shape (modes,)
    width, offset : float
        σ, and the median of the sum, so that both classes have half of the mass.
    spread : float
        Standard deviation of f_g over U[−1, 1]^d.
    """

    centres: np.ndarray
    amplitudes: np.ndarray
    width: float
    offset: float
    spread: float

    def __call__(self, inputs):
        """Return f_g at points of shape (..., d)."""
        return gaussian_sum(inputs, self.centres, self.amplitudes, self.width) - self.offset


def draw_boundary_function(rng, *, dim, modes, width, flat_share):
    """Draw a ground truth that is flat almost nowhere near its boundary.

    Centres are uniform on [−1, 1]^d and amplitudes standard normal. A function of which more than ``flat_share`` of
    the mass lies within 5 % of its spread around the boundary is drawn again: there a teacher's error is noise.

    Parameters
    ----------
    rng : numpy.random.Generator
    dim, modes : int
        Dimension d of the inputs and number of bumps.
    width : float
        Width σ of the bumps.
    flat_share : float
        Largest accepted share of flat mass.

    Returns
    -------
    BoundaryFunction

    Raises
    ------
    ValueError
        None of 1000 functions was accepted.
    """
    probe = rng.uniform(-1, 1, (PROBE_POINTS, dim))
    for _ in range(MOST_ATTEMPTS):
        centres, amplitudes = rng.uniform(-1, 1, (modes, dim)), rng.standard_normal(modes)
        values = gaussian_sum(probe, centres, amplitudes, width)
        offset, spread = float(np.median(values)), float(np.std(values))
        if np.mean(np.abs(values - offset) <= FLAT_LEVEL * spread) <= flat_share:
            return BoundaryFunction(centres, amplitudes, float(width), offset, spread)
    raise ValueError(
        f"none of {MOST_ATTEMPTS} functions of {modes} modes and width {width} has at most {flat_share} of its mass "
        f"near the boundary; raise flat_share or width"
    )


def with_truth(dataset, functions):
    """Add the ground truths of a dataset's worlds, their labels and their parameters.

    Parameters
    ----------
    dataset : xarray.Dataset
        ``inputs(world, run, sample, axis)``, with the worlds' numbers as coordinate.
    functions : sequence of BoundaryFunction
        One for each world, of one width.

    Returns
    -------
    xarray.Dataset
        Also ``truth``, ``label`` and ``sample_id``, all (world, run, sample), ``centres(world, mode, axis)``,
        ``amplitudes(world, mode)``, ``offset(world)`` and ``truth_std(world)``; attributes ``dim`` and ``width``.
    """
    truth = np.stack([function(inputs) for function, inputs in zip(functions, dataset["inputs"].values, strict=True)])
    dims = ("world", "run", "sample")
    return dataset.assign(
        truth=(dims, truth),
        label=(dims, (truth > 0).astype(np.int8)),
        sample_id=(dims, sample_ids(dataset["world"].values, *truth.shape[1:])),
        centres=(("world", "mode", "axis"), np.stack([function.centres for function in functions])),
        amplitudes=(("world", "mode"), np.stack([function.amplitudes for function in functions])),
        offset=("world", [function.offset for function in functions]),
        truth_std=("world", [function.spread for function in functions]),
    ).assign_attrs(dim=functions[0].centres.shape[1], width=functions[0].width)


def truth_of(dataset, world):
    """Return the `BoundaryFunction` of one world of a dataset, by the world's number."""
    chosen = dataset.sel(world=world)
    return BoundaryFunction(
        chosen["centres"].values,
        chosen["amplitudes"].values,
        float(dataset.attrs["width"]),
        float(chosen["offset"]),
        float(chosen["truth_std"]),
    )
