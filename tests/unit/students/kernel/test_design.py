import numpy as np
import pytest
import xarray as xr

from kdtheory.kernels.infinite import relu_kernels
from kdtheory.students.designs import DESIGNS, ordered
from kdtheory.students.kernel import design
from kdtheory.tasks.parts import Part

SETTINGS = design.Settings(
    designs=list(DESIGNS), pool_points=25, error_points=40, largest_size=12, depth=2, stopping_epochs=[4]
)


@pytest.fixture(scope="module")
def task():
    """Two worlds of one run, and a teacher with two epochs."""
    inputs = np.random.default_rng(0).uniform(-1, 1, (2, 1, 80, 2))
    part = np.repeat([Part.TRANSFER, Part.TEST, Part.ORACLE], [30, 30, 20]).astype(np.int8)
    cells, ids = ("world", "run", "sample"), np.arange(160).reshape(2, 1, 80)
    values = np.stack([0 * inputs[..., 0], np.sin(3 * inputs[..., 0]) + inputs[..., 1] ** 2 - 0.3])
    dataset = xr.Dataset({"inputs": ((*cells, "axis"), inputs), "part": ("sample", part), "sample_id": (cells, ids)})
    logits = xr.Dataset({"logits": (("stopping_epoch", *cells), values), "sample_id": (cells, ids)})
    return dataset.assign_coords(world=[0, 1]), logits.assign_coords(stopping_epoch=[1, 4], world=[0, 1])


def test_students_and_their_angles_are_those_of_direct_solves(task):
    dataset, logits = task
    students = design.fit(SETTINGS, None, dataset, logits)
    assert dict(students.sizes) == {"world": 2, "design": 5, "half": 2, "n_train": 12}
    points = np.r_[0:25, 30:70]
    inputs, values = dataset["inputs"].values[1, 0, points], logits["logits"].values[1, 1, 0, points]
    kernel = relu_kernels(inputs, depth=2)[0]
    teacher = np.linalg.solve(kernel, values)
    for name in DESIGNS:
        order = ordered(name, kernel[:25, :25], values[:25], 12)
        for size in (1, 5, 12):
            chosen = order[:size]
            dual = np.zeros(len(values))
            dual[chosen] = np.linalg.solve(kernel[np.ix_(chosen, chosen)], values[chosen])
            cosine = dual @ kernel @ teacher / np.sqrt((dual @ kernel @ dual) * (teacher @ kernel @ teacher))
            here = students.sel(design=name, n_train=size).isel(world=1)
            assert float(here["cosine"]) == pytest.approx(cosine, abs=1e-6)
            wrong = ((kernel @ dual)[25:] > 0) != (values[25:] > 0)
            np.testing.assert_allclose(here["disagreement"], [wrong[::2].mean(), wrong[1::2].mean()])


def test_no_point_widens_the_angle(task):
    cosine = design.fit(SETTINGS, None, *task)["cosine"].transpose(..., "n_train")
    assert (cosine.diff("n_train") > -1e-9).all()
