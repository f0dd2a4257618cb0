"""Small groups of the image study in which each statement is true, or false, by construction."""

import numpy as np
import xarray as xr
from unit.claims.jz20_worlds import later

TEACHERS, RUNS, TEST_IMAGES = 6, 3, 3000
EPOCHS, RATIOS = [1, 2, 4], [0.0, 0.3, 0.9, 1.0]
SIZES = [250, 500, 1000, 2000, 4000]
STUDENT = {"kernel": TEACHERS, "resnet": 1}


def _jitter(*shape, size, seed):
    return size * np.random.default_rng(seed).standard_normal(shape)


def _of_student(values, student):
    """Without the dimensions that a student's group has not: teacher, and for distillation the sizes."""
    return values if student == "kernel" else values.isel(teacher=0, drop=True)


@later
def distillation(student, soft=(0.1, 0.06, 0.02), hard=0.05, teacher=(0.35, 0.4, 0.45), under_trained=0.1, faked=0.05):
    """Accuracy that a mix has over soft labels by epoch and over hard labels; what the plain loss loses of both."""
    accuracy = np.full((len(EPOCHS), len(RATIOS)), 0.45)
    accuracy[:, -1] -= soft
    accuracy[:, 0] -= hard
    spread = _jitter(STUDENT[student], 3, 5, 4, RUNS, size=0.003, seed=7)
    dims = ("teacher", "stopping_epoch", "n_train", "soft_ratio", "repeat")
    coords = {"stopping_epoch": EPOCHS, "soft_ratio": RATIOS}
    coords |= {"teacher": range(len(spread)), "n_train": SIZES}
    accuracy = xr.DataArray(accuracy[:, None, :, None] + spread, dims=dims, coords=coords)
    own = xr.DataArray(np.array(teacher), dims="stopping_epoch", coords={"stopping_epoch": EPOCHS})
    if student == "kernel":
        own = own.expand_dims(teacher=accuracy["teacher"].values)
        return xr.Dataset({"accuracy": accuracy, "teacher_accuracy": own, "test_points": TEST_IMAGES})
    accuracy = accuracy.isel(teacher=0, n_train=-1, drop=True)
    agreement = 0.95 + 0.1 * (accuracy - accuracy.mean())
    raw = (accuracy["stopping_epoch"] == EPOCHS[0]) & accuracy["soft_ratio"].isin([0.3, 1.0])
    soft_only = accuracy["soft_ratio"] == 1.0
    plain = [
        (values - loss * soft_only + _jitter(RUNS, size=0.001, seed=8)).where(raw)
        for values, loss in ((accuracy, faked), (agreement, under_trained))
    ]
    losses = xr.Variable("loss_scale", ["curvature", "raw"])
    return xr.Dataset(
        {
            "accuracy": xr.concat([accuracy, plain[0]], dim=losses),
            "agreement": xr.concat([agreement, plain[1]], dim=losses),
            "teacher_accuracy": own,
            "test_points": TEST_IMAGES,
        }
    )


@later
def transfer(student, rates=(0.2, 0.25, 0.3, 0.5), *, bent=0.0, zeros=False):
    """Transfer risks that fall like n^−b for each soft ratio."""
    size = np.array(SIZES)[:, None]
    mean = 0.5 * (size / SIZES[0]) ** -np.array(rates)[:, None, None] * (size / 1000) ** (bent * np.log(size / 1000))
    spread = 1 + _jitter(STUDENT[student], 3, 4, 5, RUNS, size=0.01, seed=9)
    risk = np.round(mean * spread * TEST_IMAGES) / TEST_IMAGES
    if zeros:
        risk[..., -1, -1, 1:] = 0.0
    dims = ("teacher", "stopping_epoch", "soft_ratio", "n_train", "repeat")
    coords = {"teacher": range(len(risk)), "stopping_epoch": EPOCHS, "soft_ratio": RATIOS, "n_train": SIZES}
    group = xr.Dataset({"risk": (dims, risk)}, coords=coords).assign(test_points=TEST_IMAGES)
    return group if student == "kernel" else group.isel(teacher=0, stopping_epoch=-1, drop=True)


CASES = {
    "ext-confound-agreement": ((distillation("resnet"),), (distillation("resnet", under_trained=-0.1),)),
    "ext-confound-gain": ((distillation("resnet"),), (distillation("resnet", faked=-0.05),)),
}
for _student in STUDENT:
    _true, _transfer = (distillation(_student),), (transfer(_student),)
    CASES |= {
        f"jz20-fig5-images-{_student}-soft": (_true, (distillation(_student, soft=(-0.1, 0.0, 0.0)),)),
        f"jz20-fig5-images-{_student}-hard": (_true, (distillation(_student, hard=-0.1),)),
        f"jz20-fig5-images-{_student}-later": (_true, (distillation(_student, soft=(0.02, 0.06, 0.1)),)),
        f"jz20-s2-{_student}-power-law": (_transfer, (transfer(_student, bent=-0.3),)),
        f"jz20-s2-{_student}-faster": (_transfer, (transfer(_student, rates=(0.2, 0.7, 0.3, 0.5)),)),
        f"jz20-s2-{_student}-lower": (_transfer, (transfer(_student, rates=(0.2, 0.7, 0.3, 0.5)),)),
    }
