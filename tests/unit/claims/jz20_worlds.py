"""Small groups of the wide study in which each statement of JZ20 is true, or false, by construction."""

from functools import partial

import numpy as np
import xarray as xr

from kdtheory.theory.inefficiency import plateau_prediction

RUNS = 8
TEACHERS = 6
RATIOS = [0.0, 0.3, 0.9, 1.0]
EPOCHS = [1, 4, 16, 64]
N_MAX = 512


def later(build):
    """Make a world on demand: ``build(…)`` returns a function without arguments."""
    return lambda *args, **kwargs: partial(build, *args, **kwargs)


def _norms(exponents, *, constant=None, decay=None, noise=0.002, seed=0, **columns):
    """Weight norms n^I, or exp(−c·n^−b), of every n and run, with noise in the exponent of each run."""
    exponents = np.asarray(exponents, dtype=float)[..., None, None]
    n = np.arange(1, N_MAX + 1)[:, None]
    spread = noise * np.random.default_rng(seed).standard_normal((*exponents.shape[:-2], 1, RUNS))
    values = n ** (exponents + spread)
    if decay is not None:
        decay = np.asarray(decay)[..., None, None]
        values = np.exp(-np.sign(decay) * constant * n ** -(decay + spread))
    dims = (*columns, "n_train", "repeat")
    return xr.Dataset(
        {"weight_norm": (dims, np.broadcast_to(values, (*exponents.shape[:-2], N_MAX, RUNS)))},
        coords={**columns, "n_train": n[:, 0]},
    )


@later
def modes(shrinking=(0.05, 0.1, 0.2), fixed=(0.05, 0.1, 0.2), **changed):
    """Power laws for each width law and number of modes."""
    return _norms([shrinking, fixed], width_law=["shrinking", "fixed"], modes=[1, 4, 16], **changed)


@later
def falling_modes(decay=0.4, **changed):
    """Targets whose I(n) falls like n^−b."""
    shape = np.full((2, 3), decay)
    columns = {"width_law": ["shrinking", "fixed"], "modes": [1, 4, 16]}
    return _norms(shape, constant=2.0, decay=shape, **columns, **changed)


@later
def flips(exponents=(0.1, 0.3, 0.8), **changed):
    """Power laws for each flip probability, and Eq. 10 itself at one size."""
    group = _norms(exponents, flip_probability=[0.0, 0.1, 0.5], **changed)
    measured = group["n_train"] == N_MAX
    printed = xr.DataArray(np.array(exponents), coords={"flip_probability": group["flip_probability"]}).where(measured)
    return group.assign(inefficiency_candidate=printed, inefficiency_candidate_se=0.01 * printed)


@later
def shared_noise():
    """Teachers who are all alike, and runs that are not."""
    alike = _norms([0.5, 0.49], noise=0.1, seed=1, soft_ratio=[0.0, 1.0])
    return alike.expand_dims(teacher=np.arange(TEACHERS))


@later
def falling_flips():
    """Flipped signs whose I(n) falls with n."""
    decay = [0.6, 0.6]
    return _norms(decay, constant=2.0, decay=decay, flip_probability=[0.0, 0.5])


@later
def falling_mixing():
    """Hard labels whose I(n) falls with n, in one run of each teacher after the other."""
    decay = 0.6 + 0.01 * np.arange(TEACHERS)[:, None]
    return _norms(decay, constant=2.0, decay=decay, teacher=np.arange(TEACHERS), soft_ratio=[0.0])


@later
def references(random_labels=0.75, zero=0.02, sign=0.5, label_smoothing=0.5, **changed):
    """Power laws of the four references."""
    names = {"random_labels": random_labels, "zero": zero, "sign": sign, "label_smoothing": label_smoothing}
    return _norms(list(names.values()), reference=list(names), seed=1, **changed)


@later
def mixing(exponents=(0.5, 0.4, 0.3, 0.1), *, teachers=0.002, decay=None, **changed):
    """Power laws for each soft ratio and teacher, or at ρ = 1 a falling I(n)."""
    values = np.asarray(exponents) + teachers * np.random.default_rng(2).standard_normal((TEACHERS, len(exponents)))
    group = _norms(values, teacher=np.arange(TEACHERS), soft_ratio=RATIOS, **changed)
    if decay is not None:
        falling = _norms(
            values[:, -1:], constant=2.0, decay=values[:, -1:] + decay, teacher=np.arange(TEACHERS), soft_ratio=[1.0]
        )
        group = xr.concat([group.isel(soft_ratio=slice(-1)), falling], dim="soft_ratio")
    return group


@later
def stopping(exponents=(0.1, 0.2, 0.3, 0.4), **changed):
    """Power laws for each stopping epoch and teacher."""
    values = np.asarray(exponents) + 0.002 * np.random.default_rng(3).standard_normal((TEACHERS, len(exponents)))
    return _norms(values, teacher=np.arange(TEACHERS), stopping_epoch=EPOCHS, **changed)


@later
def example(
    scale=(1, 2, 4, 8), slope=(1.0, 1.5, 2.0, 2.5), boundaries=(1, 3, 5, 5), error=(0.2, 0.1, 0.05, 0.01), off=0.0
):
    """What one teacher of one input knows at each epoch, and logits that are a cut-off but for ``off``."""
    x = np.linspace(-1, 1, 41)
    cutoff = np.sign(x) * np.maximum(1.0, np.abs(5 * x))
    by_epoch = {"logit_scale": scale, "logit_slope": slope, "sign_changes": boundaries, "boundary_error": error}
    return xr.Dataset(
        {
            **{name: (("stopping_epoch", "teacher"), np.array(values)[:, None]) for name, values in by_epoch.items()},
            "true_sign_changes": 5,
            "cutoff": (("soft_ratio", "x"), cutoff[None]),
            "effective_logit": (("soft_ratio", "x"), (1 + off) * cutoff[None]),
        },
        coords={"stopping_epoch": EPOCHS, "teacher": [0], "x": x, "soft_ratio": [0.5]},
    )


@later
def imperfect(best=0.9, gain=0.02, teacher_error=(0.3, 0.2, 0.01, 0.005), slopes=None):
    """Test errors that are least at the soft ratio ``best`` by ``gain``, of teachers of given errors."""
    rng = np.random.default_rng(4)
    shape = (TEACHERS, len(EPOCHS), len(RATIOS), 3, RUNS)
    error = 0.15 + 0.0005 * rng.standard_normal(shape)
    error[:, :, RATIOS.index(best)] -= gain
    if slopes is not None:
        error[:, :, -1] += np.asarray(slopes)[:, None, None]
    errors = np.asarray(teacher_error) * (1 + 0.01 * rng.standard_normal((TEACHERS, len(EPOCHS))))
    return xr.Dataset(
        {
            "test_error": (("teacher", "stopping_epoch", "soft_ratio", "n_train", "repeat"), error),
            "teacher_error": (("teacher", "stopping_epoch"), errors),
        },
        coords={
            "teacher": np.arange(TEACHERS), "stopping_epoch": EPOCHS, "soft_ratio": RATIOS, "n_train": [32, 64, 128],
        },
    )  # fmt: skip


@later
def correction(signs=(1, 1, -1, -1), *, teacher_error=(0.3, 0.2, 0.01, 0.005), angles=(0.9, 0.7, 0.5, 0.3), wrong=0.0):
    """Projections of given signs by epoch, angles to the truth, and a derivative that is off by ``wrong``."""
    rng = np.random.default_rng(5)
    shape = (2, TEACHERS, len(EPOCHS), 3, RUNS)
    values = np.asarray(signs)[:, None, None] * (1 + 0.1 * rng.standard_normal(shape))
    dims = ("truth", "teacher", "stopping_epoch", "n_train", "repeat")
    cosine = np.cos(np.asarray(angles)[:, None, None] + 0.001 * rng.standard_normal(shape))
    return xr.Dataset(
        {
            "correction": (dims, values),
            "derivative": (dims, 0.1 * values),
            "derivative_fd": (dims, 0.1 * values + wrong),
            "cosine": (dims, cosine),
            "teacher_error": (("teacher", "stopping_epoch"), np.broadcast_to(teacher_error, (TEACHERS, len(EPOCHS)))),
        },
        coords={
            "truth": ["smooth", "sign"], "teacher": np.arange(TEACHERS), "stopping_epoch": EPOCHS,
            "n_train": [32, 64, 128],
        },
    )  # fmt: skip


@later
def plateaus(error=0.0, depth_spread=0.0, early=0.02, shuffled=False):
    """Data inefficiency at its predicted plateau but for given errors."""
    targets, dims, depths = ["random_labels", "jump", "smooth", "kinked", "nngp"], [3, 6], [1, 3, 5]
    predicted = np.array([[plateau_prediction(target, dim) for dim in dims] for target in targets])
    measured = predicted[::-1] if shuffled else predicted
    off = error + depth_spread * np.array([-0.5, 0, 0.5])
    windows = np.stack(
        [measured[..., None] + off + early, measured[..., None] + off, measured[..., None] + off], axis=-1
    )
    return xr.Dataset(
        {
            "inefficiency": (("target", "dim", "depth", "window"), windows),
            "inefficiency_se": (("target", "dim", "depth", "window"), np.full(windows.shape, 1e-3)),
            "predicted": (("target", "dim"), predicted),
        },
        coords={
            "target": targets, "dim": dims, "depth": depths,
            "window_start": ("window", [64, 128, 256]), "window_end": ("window", [128, 256, 512]),
        },
    )  # fmt: skip
