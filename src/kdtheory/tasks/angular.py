"""Points whose angle to the teacher follows a given law and whose direction is otherwise uniform (PL19 Sec. 5.1)."""

import numpy as np
import xarray as xr

from kdtheory.theory.angles import bartlett_factor


def unit_directions(rng, n_points, dim, coordinates):
    """Draw unit vectors orthogonal to the teacher, uniform on the sphere in ``dim − 1`` dimensions.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_points, dim : int
        Number of vectors and dimension d of the inputs.
    coordinates : {"ambient", "triangular"}
        All d − 1 coordinates, or those in the basis that Gram–Schmidt makes of the vectors themselves, in which
        vector i has i + 1 of them: the same law up to a rotation, which neither risk nor student depends on.

    Returns
    -------
    numpy.ndarray, shape (n_points, k)
        k = dim − 1, or min(n_points, dim − 1) for triangular coordinates.
    """
    if coordinates == "ambient":
        free = n_points
        leading = np.empty((0, dim - 1))
    else:
        rank = min(n_points, dim - 1)
        free = n_points - rank
        leading = bartlett_factor(rng, 1, rank, dim)[0]
    gaussian = rng.standard_normal((free, leading.shape[1]))
    return np.concatenate([leading, gaussian / np.linalg.norm(gaussian, axis=1, keepdims=True)])


def angular_points(laws, draw, *, dim, n_points, worlds, coordinates):
    """Draw transfer sets for several angle laws from one set of directions, uniforms and lengths.

    A point is x = ν·(±1)(cos a·w̄* + sin a·u), with a from the law, u uniform orthogonal to w̄* and ν standard normal.

    Parameters
    ----------
    laws : sequence of angle laws
        See `kdtheory.theory.angles`.
    draw : callable
        ``draw(world)`` gives the generator of one world, whose numbers do not depend on the others.
    worlds : array of int, shape (w,)
        Numbers of the worlds.

    Returns
    -------
    xarray.Dataset
        ``inputs(law, world, sample, axis)``, ``label``, ``sample_id(world, sample)``, ``teacher_direction(axis)``:
        the first axis.
    """
    width = dim if coordinates == "ambient" else min(n_points, dim - 1) + 1
    inputs = np.empty((len(laws), len(worlds), n_points, width))
    for place, world in enumerate(worlds):
        rng = draw(world)
        uniforms = rng.random(n_points)
        amplitude = rng.standard_normal(n_points) * rng.choice([-1.0, 1.0], n_points)
        directions = unit_directions(rng, n_points, dim, coordinates)
        for index, law in enumerate(laws):
            boundary_angle = law.sample_boundary_angles(uniforms)
            inputs[index, place, :, 0] = amplitude * np.sin(boundary_angle)
            inputs[index, place, :, 1:] = (amplitude * np.cos(boundary_angle))[:, None] * directions
    return xr.Dataset(
        {
            "inputs": (("law", "world", "sample", "axis"), inputs),
            "label": (("law", "world", "sample"), (inputs[..., 0] > 0).astype(np.int8)),
            "sample_id": (("world", "sample"), worlds[:, None] * n_points + np.arange(n_points)),
            "teacher_direction": ("axis", np.eye(width)[0]),
        },
        coords={"world": worlds},
        attrs={"dim": dim},
    )
