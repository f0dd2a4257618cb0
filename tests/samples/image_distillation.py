"""Accuracy of students of images: a mix is best, the less so the better the teacher; the plain loss loses of it."""

import numpy as np
import xarray as xr

EPOCHS, RATIOS, SIZES = [1, 2, 4], [0.0, 0.3, 0.9, 1.0], [250, 500, 1000, 2000, 4000]
TEST_IMAGES, DRAWS = 3000, 8
KERNEL, RESNET = "kernel", "resnet"
_DIMS = ("teacher", "stopping_epoch", "n_train", "soft_ratio", "repeat")


def jitter(*shape, size, seed):
    return size * np.random.default_rng(seed).standard_normal(shape)


def distillation(
    student, *, teachers=None, runs=None, soft=(0.1, 0.06, 0.02), hard=0.05, teacher=(0.35, 0.4, 0.45),
    under_trained=0.1, faked=0.05, spread=0.003,
):  # fmt: skip
    """Return the group ``images/<student>_distillation``.

    By default `DRAWS` teachers of kernel students with three runs, and one teacher of `DRAWS` ResNet students. A mix is
    more accurate than soft labels by ``soft`` at each epoch and than hard labels by ``hard``; the plain loss, for
    ResNets at the first epoch, loses ``under_trained`` of the agreement and ``faked`` of the accuracy at ρ = 1.
    """
    teachers = teachers or (DRAWS if student == KERNEL else 1)
    runs = runs or (3 if student == KERNEL else DRAWS)
    accuracy = np.full((len(EPOCHS), len(RATIOS)), 0.45)
    accuracy[:, -1] -= soft
    accuracy[:, 0] -= hard
    noise = jitter(teachers, len(EPOCHS), len(SIZES), len(RATIOS), runs, size=spread, seed=7)
    coords = {"teacher": range(teachers), "stopping_epoch": EPOCHS, "n_train": SIZES, "soft_ratio": RATIOS}
    accuracy = xr.DataArray(accuracy[:, None, :, None] + noise, dims=_DIMS, coords=coords)
    own = np.array(teacher) + jitter(teachers, len(EPOCHS), size=0.005, seed=10)
    own = xr.DataArray(own, dims=_DIMS[:2], coords={name: coords[name] for name in _DIMS[:2]})
    if student == KERNEL:
        return xr.Dataset({"accuracy": accuracy, "teacher_accuracy": own, "test_points": TEST_IMAGES})
    group = _with_both_losses(accuracy.isel(n_train=-1, drop=True), under_trained, faked)
    group = group.assign(teacher_accuracy=own, test_points=TEST_IMAGES)
    return group.isel(teacher=0, drop=True) if teachers == 1 else group


def _with_both_losses(accuracy, under_trained, faked):
    agreement = 0.95 + 0.1 * (accuracy - accuracy.mean())
    raw = (accuracy["stopping_epoch"] == EPOCHS[0]) & accuracy["soft_ratio"].isin([0.3, 1.0])
    soft_only = accuracy["soft_ratio"] == 1.0
    noise = jitter(accuracy.sizes["repeat"], size=0.001, seed=8)
    losses = xr.Variable("loss_scale", ["curvature", "raw"])
    values = {"accuracy": (accuracy, faked), "agreement": (agreement, under_trained)}
    return xr.Dataset(
        {
            name: xr.concat([scaled, (scaled - loss * soft_only + noise).where(raw)], dim=losses)
            for name, (scaled, loss) in values.items()
        }
    )
