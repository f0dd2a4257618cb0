import numpy as np
import xarray as xr

from kdtheory.students.designs import DESIGNS, ordered
from kdtheory.students.linear import design
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.projection import project_onto_span


def test_students_are_projections_of_the_teacher_on_the_chosen_points():
    rng = np.random.default_rng(0)
    inputs, teacher = rng.standard_normal((2, 3, 30, 12)), rng.standard_normal(12)
    dataset = xr.Dataset({"inputs": (("kappa", "world", "sample", "axis"), inputs)}, coords={"kappa": [0.5, 1.0]})
    logits = xr.Dataset({"logits": (("stopping_epoch", "kappa", "world", "sample"), (inputs @ teacher)[None])})
    settings = design.Settings(designs=list(DESIGNS), pool_points=20, n_train=[1, 4, 9])
    weights = design.fit(settings, None, dataset, logits)["weights"]
    assert weights.sel(kappa=0.5).dims == ("design", "n_train", "world", "axis")
    for name in DESIGNS:
        pool = inputs[1, 2, :20]
        order = ordered(name, pool @ pool.T, pool @ teacher, 9)
        for size in (1, 4, 9):
            found = weights.sel(design=name, n_train=size, kappa=1.0).isel(world=2)
            np.testing.assert_allclose(found, project_onto_span(pool[order[:size]], teacher), atol=1e-12)
    # The first step of the steepest design is the best of all; later ones depend on it.
    angle = signed_angle(weights.transpose(..., "axis").values, teacher)[:, 0]
    assert (angle[list(DESIGNS).index("steepest")] <= angle.min(axis=0) + 1e-12).all()
