"""A user's own problem: each world is a re-split of the points of one file, so that all worlds share these points."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.kernels.standardisation import standardised_inputs
from kdtheory.tasks.parts import Part, codes
from kdtheory.tasks.problem_pool import read_pool
from kdtheory.tasks.risk_points import with_risk_points
from kdtheory.tasks.worlds import numbered


@dataclass(frozen=True)
class Settings:
    """Settings of a file dataset (study/schemas/datasets/file.yaml)."""

    path: str
    n_points: int
    n_test: int
    worlds: int
    classes: list | None = None
    accept: tuple = ()
    runs: int = 1
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw each world's test points, and the transfer points of its runs.

    Returns
    -------
    xarray.Dataset
        ``inputs(world, run, sample, axis)``, standardised by the transfer points of the file; ``part(sample)``;
        ``sample_id(world, run, sample)``, the position in the file; ``label``, the given label of transfer points and
        the audit label of test points, as a number of the study's classes. Of two classes also ``truth``, −1 or 1, and
        the world's test points as risk points with ``risk_id(world, risk_point)``. Attributes ``problem``, ``classes``
        and ``accept`` tell where the teacher's logits are.

    Raises
    ------
    ValueError
        The file is refused, or has fewer points than a world asks for.
    """
    pool = read_pool(settings.path, settings.classes, settings.accept)
    pool.check_sizes(settings.n_points, settings.n_test)
    worlds = range(settings.first_world, settings.first_world + settings.worlds)
    ids, tests = [], []
    for world in worlds:
        sizes = settings.n_points, settings.n_test, settings.runs
        transfer, test = pool.drawn(*sizes, lambda *key, world=world: draw(world, *key))
        ids.append(np.concatenate([transfer, np.broadcast_to(test, (settings.runs, len(test)))], axis=1))
        tests.append(test)
    ids, tests = np.stack(ids), np.stack(tests)
    inputs = standardised_inputs(pool.problem.features, pool.problem.features[pool.transfer])
    part = codes({Part.TRANSFER: settings.n_points, Part.TEST: settings.n_test})
    label = np.where(part == Part.TRANSFER, pool.labels[ids], pool.truth[ids])
    dims = ("world", "run", "sample")
    dataset = xr.Dataset(
        {
            "inputs": ((*dims, "axis"), inputs[ids]),
            "label": (dims, label),
            "part": ("sample", part),
            "sample_id": (dims, ids),
        },
        coords=numbered(worlds, settings.runs),
        attrs={
            "problem": settings.path,
            "classes": pool.classes,
            "accept": ", ".join(settings.accept),
            "source": f"{settings.path}: worlds are re-splits of one pool of points",
        },
    )
    if len(pool.classes) > 2:
        return dataset
    dataset = dataset.assign(truth=2.0 * dataset["label"] - 1, truth_std=("world", np.ones(len(worlds))))
    return with_risk_points(dataset, inputs[tests], 2.0 * pool.truth[tests] - 1).assign(
        risk_id=(("world", "risk_point"), tests)
    )


if __name__ == "__main__":
    run_stage(build)
