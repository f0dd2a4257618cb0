"""Small groups of the wide study in which each statement of JZ20 is true, or false, by construction."""

from functools import cache, partial

import numpy as np
import xarray as xr

from kdtheory.analysis import effective_logits as effective_logits_analysis
from kdtheory.analysis.measurement import Experiment

RUNS = 8
TEACHERS = 6
RATIOS = [0.0, 0.3, 0.9, 1.0]
EPOCHS = [1, 4, 16, 64]
N_MAX = 512


def later(build):
    """Make a world on demand: ``build(…)`` returns a function without arguments."""
    return lambda *args, **kwargs: partial(build, *args, **kwargs)


@cache
def _real_logits():
    settings = {
        "soft_ratios": [0.05, 0.2, 0.5, 0.7, 1.0], "temperatures": [0.2, 0.5, 1.0, 2.0, 5.0], "largest_logit": 10.0,
        "logits": 21, "descent_steps": 2000, "descent_rate": 0.2,
    }  # fmt: skip
    return effective_logits_analysis.measure(Experiment(settings, None, {}, {}, {}))


@later
def effective_logits(**changed):
    """The real group on a coarse grid; ``changed`` variables are functions of it."""
    group = _real_logits()
    return group.assign({name: change(group) for name, change in changed.items()})


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
def decaying_stopping(decays):
    """I(n) ~ n^−b for each stopping epoch and teacher."""
    decays = np.broadcast_to(decays, (TEACHERS, len(EPOCHS)))
    return _norms(decays, constant=2.0, decay=decays, teacher=np.arange(TEACHERS), stopping_epoch=EPOCHS)


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


SIZES = 4 * 2 ** np.arange(10)
ORACLES = [1024, 2048, 4096]


@later
def transfer(
    rates=(0.4, 0.5, 0.6, 0.95), *, bent=0.0, norm_rates=(0.5, 0.4, 0.3, 0.1), angle_rates=(0.05, 0.1, 0.2, 0.4),
    angle_drift=(0.2, 0.2, 0.1, 0.0), oracle_growth=(0.5, 0.45, 0.4, 0.02),
    mean_angles=(1.4, 1.5, 1.45, 1.35), gap=0.0, bound=0.6, first_bound=1.0,
    printed=None, signed=1.0, linear_bound=1.0, smallest=1.5, zero=0.01, neglect=0.0,
    outside=0, rise=0.0, decay=None,
):  # fmt: skip
    """Everything about Theorem 1 for two teachers, by simple laws in n, ρ and N."""
    rng = np.random.default_rng(6)
    n, count = SIZES[:, None], 10**4

    def jitter(*shape, size=0.01):
        return 1 + size * rng.standard_normal(shape)

    rates, norm_rates, angle_rates = (np.array(values)[:, None, None] for values in (rates, norm_rates, angle_rates))
    power = np.round(count * 0.4 * n**-rates * (n / 100) ** (bent * np.log(n / 100)) * jitter(4, 10, RUNS)) / count
    norm = n**norm_rates * jitter(4, 10, RUNS, size=0.001)
    if decay is not None:
        norm[-1] = np.exp(-2.0 * n**-decay) * jitter(10, RUNS, size=1e-5)
    angle = n**-angle_rates * jitter(4, 10, RUNS, size=1e-4)
    angle[:, -1] += rise
    size = np.array(ORACLES)[:, None, None] / ORACLES[0]
    drift = np.array(angle_drift)[:, None, None, None] * np.log(size) * 0.1
    angles = np.minimum(angle[:, None] + drift, 1.55)
    growth = np.array(oracle_growth)[:, None, None]
    oracle = 100 * size[..., 0] ** growth * jitter(4, 3, RUNS, size=1e-3)
    v = np.linspace(1, 0, 201)
    beta = np.pi / 2 * (1 - v**2)
    slack = np.pi / 2 - beta
    width = 2 * (np.pi / 2 - np.array(mean_angles))[:, None, None]
    survival = np.clip((slack[:, None] - gap) / (width * jitter(4, 1, RUNS, size=1e-3)), 0, 1)
    survival = np.broadcast_to(survival[:, None], (4, 3, 201, RUNS))
    cells = ("soft_ratio", "oracle_size", "n_train", "repeat")
    oracles = ("soft_ratio", "oracle_size", "repeat")
    full = (4, 3, 10, RUNS)
    variables = {
        "risk": (("soft_ratio", "n_train", "repeat"), power),
        "weight_norm": (("soft_ratio", "n_train", "repeat"), norm),
    }
    for suffix in ("", "_nested"):
        variables |= {
            f"oracle_angle{suffix}": (cells, angles),
            f"angle{suffix}": (cells, np.minimum(angles * (1 + neglect), np.pi) * signed),
            f"risk_bound{suffix}": (cells, np.where(SIZES[:, None] > 100, bound, first_bound) * np.ones(full)),
            f"risk_bound_printed{suffix}": (cells, np.full(full, 0.6 if printed is None else printed)),
            f"outside_region{suffix}": (cells, np.full(full, outside)),
            f"risk_bound_linear{suffix}": (cells, np.full(full, linear_bound)),
            f"oracle_norm{suffix}": (oracles, oracle),
            f"oracle_zero_norm{suffix}": (oracles, zero * oracle),
            f"angle_survival{suffix}": (("soft_ratio", "oracle_size", "beta", "repeat"), survival),
            f"smallest_angle{suffix}": (oracles, np.full((4, 3, RUNS), smallest)),
        }
    group = xr.Dataset(variables, coords={"soft_ratio": RATIOS, "n_train": SIZES, "oracle_size": ORACLES, "beta": beta})
    group = xr.concat([group, group], dim=xr.Variable("teacher_kind", ["network", "linear"]))
    return group.assign(test_points=count)
