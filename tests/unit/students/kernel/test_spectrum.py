from functools import partial

import numpy as np
import pytest

from kdtheory.jobs.seeds import generator
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.students.kernel import points
from kdtheory.students.kernel.targets import Difficulty, Losses, Soft
from kdtheory.tasks import boundary, mixture_sweep
from kdtheory.teachers import truth

draw = partial(generator, 7, "student")
SETTINGS = Soft(
    targets="soft", kept=["spectrum"], depth=2, n_train=[32], soft_ratios=[0.0, 0.6, 1.0], temperature=4.0,
    labels="teacher", hard_logit=5.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def dataset():
    settings = boundary.Settings(2, 6, 0.6, 0.15, n_points=32, n_test=20, n_oracle=0, worlds=2, runs=1)
    return boundary.build(settings, partial(generator, 7, "data"))


@pytest.fixture(scope="module")
def logits(dataset):
    return truth.export(truth.Settings(scale=4.0), draw, dataset)


@pytest.fixture(scope="module")
def students(dataset, logits):
    return points.fit(SETTINGS, draw, dataset, logits)


def test_energies_are_shares_of_the_squared_projections_on_eigenvectors(dataset, logits, students):
    here = dataset.isel(world=1, run=0, sample=slice(32))
    gram = relu_kernels(here["inputs"].values, depth=2)[0]
    values, vectors = np.linalg.eigh(gram)
    vectors = vectors[:, ::-1]
    z = logits["logits"].isel(world=1, run=0, stopping_epoch=0, sample=slice(32)).values
    found = students.isel(world=1, run=0, stopping_epoch=0)
    assert found["octave"].values.tolist() == [1, 2, 4, 8, 16, 32]
    for ratio, target in ((1.0, z), (0.0, 5 * np.sign(z))):
        powers = (vectors.T @ target) ** 2 / (target @ target)
        expected = [powers[a:b].sum() for a, b in zip([0, 1, 2, 4, 8, 16], [1, 2, 4, 8, 16, 32], strict=True)]
        np.testing.assert_allclose(found["energy"].sel(soft_ratio=ratio), expected, atol=1e-10)
    np.testing.assert_allclose(found["eigenvalue"][:3], [values[-1], values[-2], np.sqrt(values[-3] * values[-4])])


def test_the_squared_loss_learns_each_eigenfunction_in_the_time_of_its_eigenvalue(students):
    assert float(students["squared_deviation"].max()) < 1e-8
    alone = students.isel(octave=[0, 1])
    np.testing.assert_allclose(alone["squared_time"] * alone["eigenvalue"], 1.0, rtol=1e-3)


def test_learning_times_are_known_where_the_loss_has_a_minimum(students):
    assert students["learning_time"].sel(soft_ratio=0.0).isnull().all()
    trained = students["learning_time"].sel(soft_ratio=[0.6, 1.0])
    assert (trained > 0).all()
    # The curvature of the purely soft loss is 1/(4T²) at most, that of the squared loss 1.
    soft, squared = (students[name].sel(soft_ratio=1.0) for name in ("learning_time", "squared_time"))
    assert (soft.isel(octave=-1) > squared.isel(octave=-1)).all()


def test_losses_and_their_labels_share_one_regression(dataset, logits):
    settings = Losses(
        targets="losses", kept=["norm", "disagreement"], depth=2, n_train=[8, 32], losses=["mixed", "hinge"],
        soft_ratios=[0.5, 1.0], temperature=4.0, stopping_epochs=[0],
    )  # fmt: skip
    students = points.fit(settings, draw, dataset, logits)
    assert set(students["norm"].dims) == {"loss", "labels", "soft_ratio", "stopping_epoch", "n_train", "world", "run"}
    # The teacher is the truth here, so its mistakes and its labels are none, and the hinge is purely soft.
    by_loss = students["norm"].sel(labels="truth", soft_ratio=0.5)
    np.testing.assert_allclose(
        by_loss.sel(loss="hinge"), students["norm"].sel(loss="hinge", labels="truth", soft_ratio=1.0)
    )
    assert (by_loss.sel(loss="mixed") > by_loss.sel(loss="hinge")).all()


def test_each_dimension_has_its_own_functions():
    settings = mixture_sweep.Settings([1, 3], [1, 4], 1.0, ["own"], n_points=16, worlds=2, runs=1)
    dataset = mixture_sweep.build(settings, partial(generator, 7, "sweep"))
    logits = truth.export(truth.Settings(scale=1.0), draw, dataset)
    fitted = points.fit(
        Difficulty(
            targets="difficulty", kept=["coefficients"], depth=1, n_train=[16], dims=[1, 3], amplitudes=[2.0],
            flip_probabilities=[0.0], flipped={"modes": 4, "width_law": "own"},
        ), draw, dataset, logits,
    )  # fmt: skip
    assert fitted["mode_coefficients"].sizes["dim"] == 2
    one = fitted["mode_coefficients"].sel(dim=3, modes=4, width_law="own", amplitude=2.0)
    other = fitted["flip_coefficients"].sel(dim=3, amplitude=2.0, flip_probability=0.0)
    np.testing.assert_allclose(one.transpose(*other.dims), other)
