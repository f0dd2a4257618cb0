from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import xarray as xr
from unit.students.image_worlds import N_TEST, N_TRANSFER, WORLDS, images_and_logits

from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.standardisation import standardised_inputs
from kdtheory.students.kernel import points as kernel
from kdtheory.students.kernel import run as kernel_run
from kdtheory.students.kernel.images import Settings, fit, soft_targets
from kdtheory.students.kernel.targets import Soft
from kdtheory.theory.multiclass import effective_logits_multiclass
from kdtheory.theory.stationarity import effective_logits

draw = partial(generator, 5, "student")
SETTINGS = Settings(
    labels="truth", soft_ratios=[0.0, 0.7, 1.0], temperature=5.0, hard_logit=4.0, stopping_epochs=[4, 1],
    depth=2, n_train=[5, 20, 45], runs=3,
)  # fmt: skip
TRANSFER, TEST, TEACHER = slice(0, N_TRANSFER), slice(N_TRANSFER, N_TRANSFER + N_TEST), slice(N_TRANSFER + N_TEST, None)


@pytest.fixture(scope="module")
def worlds():
    return images_and_logits(4)


@pytest.fixture(scope="module")
def students(worlds):
    return fit(SETTINGS, draw, *worlds)


def plain_inputs(dataset):
    pixels = dataset["pixels"].values.reshape(dataset.sizes["sample"], -1) / 255
    centred = pixels - pixels[TEACHER].mean(axis=0)
    return centred / centred[TEACHER].std()


def test_inputs_are_pixels_minus_the_mean_image_over_one_deviation(worlds):
    dataset = worlds[0].isel(world=1)
    pixels = dataset["pixels"].values
    inputs = standardised_inputs(pixels, pixels[TEACHER])
    np.testing.assert_allclose(inputs, plain_inputs(dataset), rtol=1e-12, atol=1e-14)
    assert np.mean(inputs[TEACHER] ** 2) == pytest.approx(1)


@pytest.mark.parametrize("labels", ["truth", "teacher"])
def test_counts_are_those_of_a_direct_solve_for_one_size_and_column(worlds, labels):
    students = fit(replace(SETTINGS, labels=labels), draw, *worlds)
    world, run, n_train, epoch = WORLDS[1], 1, 20, 4
    dataset, logits = (content.sel(world=world) for content in worlds)
    inputs, truth = plain_inputs(dataset), dataset["label"].values.astype(int)
    order = draw(world, run, "order").permutation(N_TRANSFER)[:n_train]
    gram, _ = relu_kernels(inputs[order], depth=2)
    cross, _ = relu_kernels(inputs[order], inputs[TEST], depth=2)
    z_t = logits["logits"].sel(stopping_epoch=epoch).values.astype(float)
    label = z_t.argmax(axis=1) if labels == "teacher" else truth
    for soft_ratio in SETTINGS.soft_ratios:
        if soft_ratio == 0:
            targets = 4.0 * (np.eye(4)[label[order]] - 0.25)
        else:
            targets = effective_logits_multiclass(z_t[order], label[order], soft_ratio, 5.0)
        decision = (cross.T @ np.linalg.solve(gram, targets)).argmax(axis=1)
        one = students.sel(n_train=n_train, stopping_epoch=epoch, soft_ratio=soft_ratio, world=world, run=run)
        assert int(one["wrong_truth"]) == np.sum(decision != truth[TEST])
        assert int(one["wrong_teacher"]) == np.sum(decision != z_t[TEST].argmax(axis=1))
        assert int(one["test_points"]) == N_TEST


def test_the_students_decide_like_a_perfect_teacher_on_all_images_that_they_were_trained_on(worlds):
    chosen = [*range(N_TRANSFER), *range(N_TRANSFER), -3, -2, -1]
    dataset, logits = (content.isel(sample=chosen) for content in worlds)
    dataset["part"] = ("sample", np.repeat([0, 1, 3], [N_TRANSFER, N_TRANSFER, 3]))
    students = fit(replace(SETTINGS, labels="teacher", n_train=[10, N_TRANSFER]), draw, dataset, logits)
    assert (students["wrong_teacher"].sel(n_train=N_TRANSFER) == 0).all()
    assert (students["wrong_teacher"].sel(n_train=10) > 0).any()


def test_the_columns_of_two_classes_differ_by_the_binary_effective_logits():
    dataset, logits = images_and_logits(2)
    values = logits["logits"].isel(world=0).transpose("sample", "stopping_epoch", "class").values.astype(float)
    truth = dataset["label"].isel(world=0).values.astype(int)
    targets = soft_targets(SETTINGS, values, truth)
    difference, binary = targets[..., 1] - targets[..., 0], values[..., 1] - values[..., 0]
    np.testing.assert_allclose(targets.sum(axis=-1), 0, atol=1e-13)
    np.testing.assert_array_equal(
        difference[..., 0], np.broadcast_to(np.where(truth, 4.0, -4.0)[:, None], binary.shape)
    )
    for column, soft_ratio in enumerate(SETTINGS.soft_ratios[1:], start=1):
        expected = effective_logits(binary, truth[:, None], soft_ratio, 5.0)
        np.testing.assert_allclose(difference[..., column], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("labels", ["truth", "teacher"])
def test_students_of_two_classes_are_the_binary_kernel_students(labels, monkeypatch):
    # The binary students start from a drawn z₀, these from 0.
    monkeypatch.setattr(kernel_run, "_initial_logits", lambda nngp, rng: np.zeros(len(nngp)))
    settings = replace(SETTINGS, labels=labels, runs=1)
    dataset, logits = images_and_logits(2)
    found = fit(settings, draw, dataset, logits).isel(world=0, run=0)

    order = draw(WORLDS[0], 0, "order").permutation(N_TRANSFER)
    chosen = {"world": 0, "sample": np.concatenate([order, N_TRANSFER + np.arange(N_TEST)])}
    binary = xr.Dataset(
        {
            "inputs": (("sample", "axis"), plain_inputs(dataset.isel(world=0))[chosen["sample"]]),
            "part": dataset["part"].isel(sample=chosen["sample"]),
            "truth": 2.0 * dataset["label"].isel(chosen) - 1,
            "truth_std": 1.0,
        }
    )
    difference = logits["logits"].astype(float).isel(chosen).diff("class").squeeze("class")
    same = {name: getattr(settings, name) for name in ("labels", "soft_ratios", "temperature", "hard_logit", "n_train")}
    same |= {name: getattr(settings, name) for name in ("stopping_epochs", "depth")}
    soft = Soft(targets="soft", kept=["disagreement"], **same)
    expected = kernel.disagreement(kernel_run.fitted_run(soft, binary, difference, draw))
    for name in ("truth", "teacher"):
        shares = expected[f"disagreement_{name}"].transpose("stopping_epoch", "n_train", "soft_ratio")
        np.testing.assert_array_equal(found[f"wrong_{name}"], (shares * N_TEST).round())


def test_a_world_and_an_order_do_not_depend_on_how_many_there_are_nor_a_column_on_the_others(worlds, students):
    alone = [content.isel(world=[1]) for content in worlds]
    fewer = fit(replace(SETTINGS, runs=2, stopping_epochs=[1], soft_ratios=[0.7]), draw, *alone)
    expected = students.isel(world=[1], run=slice(2)).sel(stopping_epoch=[1], soft_ratio=[0.7])
    xr.testing.assert_identical(fewer, expected)


def test_worlds_and_orders_differ_and_hard_labels_depend_on_no_teacher(students):
    assert students["wrong_truth"].dims == ("stopping_epoch", "n_train", "soft_ratio", "world", "run")
    assert (students["wrong_truth"].std("run") > 0).any()
    assert (students["wrong_truth"].isel(world=0) != students["wrong_truth"].isel(world=1)).any()
    hard = students["wrong_truth"].sel(soft_ratio=0)
    assert (hard == hard.isel(stopping_epoch=0)).all()


def test_a_student_file_comes_back_as_it_was_written(students, tmp_path):
    storage.write(students, tmp_path / "cell.nc", {})
    xr.testing.assert_identical(
        storage.read(tmp_path / "cell.nc").drop_attrs(deep=False), students.drop_attrs(deep=False)
    )


def test_what_does_not_fit_is_refused(worlds):
    dataset, logits = worlds
    with pytest.raises(ValueError, match="not those of the dataset's samples"):
        fit(SETTINGS, draw, dataset, logits.assign(sample_id=logits["sample_id"] + 1))
    with pytest.raises(ValueError, match="n_train asks for 51 images; the dataset has 50"):
        fit(replace(SETTINGS, n_train=[51]), draw, dataset, logits)
    with pytest.raises(ValueError, match="stopping_epoch 2 is not in the teacher's logits"):
        fit(replace(SETTINGS, stopping_epochs=[2]), draw, dataset, logits)
