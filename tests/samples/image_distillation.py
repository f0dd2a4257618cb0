"""Accuracy of students of images: a mix is best, the less so the better the teacher; the plain loss loses of it."""

import numpy as np
import xarray as xr

EPOCHS, RATIOS, SIZES = [1, 2, 4], [0.0, 0.3, 0.9, 1.0], [250, 500, 1000, 2000, 4000]
TEST_IMAGES, WORLDS, RUNS = 1250, 8, 3
KERNEL, RESNET = "kernel", "resnet"
_DIMS = ("stopping_epoch", "n_train", "soft_ratio", "world", "run")


def jitter(*shape, size, seed):
    return size * np.random.default_rng(seed).standard_normal(shape)


def distillation(
    student, *, worlds=WORLDS, runs=RUNS, soft=(0.1, 0.06, 0.02), hard=0.05, some=0.0, teacher=(0.35, 0.4, 0.45),
    under_trained=0.1, faked=0.05, spread=0.003, agreement=0.97,
):  # fmt: skip
    """Return the group ``images/<student>_distillation``.

    A mix is more accurate than soft labels by ``soft`` at each epoch and than hard labels by ``hard``, the mix of
    ρ = 0.3 by ``some`` more; the plain loss, for ResNets at the first epoch, loses ``under_trained`` of the agreement
    and ``faked`` of the accuracy at ρ = 1; ``agreement`` is that with the targets. Worlds differ by more than the mixes
    do, in what all ratios share.
    """
    accuracy = np.full((len(EPOCHS), len(RATIOS)), 0.45)
    accuracy[:, -1] -= soft
    accuracy[:, 0] -= hard
    accuracy[:, 1] += some
    noise = jitter(len(EPOCHS), len(SIZES), len(RATIOS), worlds, runs, size=spread, seed=7)
    noise = noise + jitter(worlds, 1, size=0.05, seed=11)
    coords = {
        "stopping_epoch": EPOCHS, "n_train": SIZES, "soft_ratio": RATIOS, "world": range(worlds), "run": range(runs),
    }  # fmt: skip
    accuracy = xr.DataArray(accuracy[:, None, :, None, None] + noise, dims=_DIMS, coords=coords)
    own = np.array(teacher)[:, None] + jitter(len(EPOCHS), worlds, size=0.005, seed=10)
    own = xr.DataArray(
        own, dims=("stopping_epoch", "world"), coords={dim: coords[dim] for dim in ("stopping_epoch", "world")}
    )
    shared = {"teacher_accuracy": own, "test_points": xr.full_like(accuracy["world"], TEST_IMAGES)}
    if student == KERNEL:
        return xr.Dataset({"accuracy": accuracy, **shared})
    return _with_both_losses(accuracy.isel(n_train=-1, drop=True), under_trained, faked, agreement).assign(shared)


def _with_both_losses(accuracy, under_trained, faked, agreement):
    agreement = agreement + 0.1 * (accuracy - accuracy.mean())
    raw = (accuracy["stopping_epoch"] == EPOCHS[0]) & accuracy["soft_ratio"].isin([0.3, 1.0])
    soft_only = accuracy["soft_ratio"] == 1.0
    noise = jitter(*(accuracy.sizes[dim] for dim in ("world", "run")), size=0.001, seed=8)
    losses = xr.Variable("loss_scale", ["curvature", "raw"])
    steps = xr.full_like(accuracy, 400)
    values = {"accuracy": (accuracy, faked), "agreement": (agreement, under_trained), "steps": (steps, 0)}
    return xr.Dataset(
        {
            name: xr.concat([scaled, (scaled - loss * soft_only + noise).where(raw)], dim=losses)
            for name, (scaled, loss) in values.items()
        }
    )
