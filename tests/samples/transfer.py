"""The group of transfer risks and Theorem 1 for three teachers, by simple laws in n, ρ and N, with a little noise."""

import numpy as np
import xarray as xr
from samples.weight_growth import with_inefficiency

WORLDS = 8
RATIOS = [0.0, 0.5, 0.9, 1.0]
SIZES = 4 * 2 ** np.arange(10)
ORACLES = [1024, 2048, 4096]
TEST_POINTS = 10**6


def transfer(
    rates=(0.4, 0.5, 0.6, 0.95), *, bent=0.0, risk_factor=1.0, last_risks=(1, 1, 1, 1),
    norm_rates=(0.5, 0.4, 0.3, 0.1), decay=0.6,
    angle_rates=(0.05, 0.1, 0.2, 0.4), rise=0.0, angle_drift=(0.01, 0.01, 0.01, 0.0),
    oracle_growth=(0.5, 0.45, 0.4, 0.02),
    mean_angles=(1.4, 1.5, 1.45, 1.35), gap=0.0, p_exponent=1.0, p_bent=0.0,
    tight=1.6, many_bound=None, first_bound=1.0, linear_bound=1.0, outside=0.0,
    online_off=0.0, online_drift=0.0, norm_bounds=3.0, rademacher=20.0, fresh_angle=1.45, fresh_linear_bound=1.0,
    zero=0.01, neglect=0.0, counterexample=(0.3, 0.5),
):  # fmt: skip
    """Return the group.

    Each of ``rates``, ``norm_rates``, ``angle_rates``, ``angle_drift`` (radians from one oracle to the next),
    ``oracle_growth`` and ``mean_angles`` has a value for each soft ratio; ``bent`` is the relative change of
    the risk's exponent over its range; ``gap`` is a share of the range in which p ≤ 0.1; bounds are ``tight`` times the
    risk that ``risk_factor`` then multiplies.
    """
    rng = np.random.default_rng(6)
    cells = ("soft_ratio", "oracle_size", "n_train", "world")
    full = (len(RATIOS), len(ORACLES), len(SIZES), WORLDS)

    def by_ratio(values, dims=2):
        return np.array(values, dtype=float).reshape(-1, *[1] * dims)

    def jitter(*shape, size=0.01):
        return 1 + size * rng.standard_normal(shape)

    n = SIZES[:, None]
    # From 16 to 1024 the local exponent of n^(c·ln(n/128)) changes by 2c·ln 64.
    curvature = by_ratio(rates) * -bent / (2 * np.log(64)) * np.log(n / 128)
    expected = 0.4 * n ** (-by_ratio(rates) + curvature)
    expected[:, -1] *= np.array(last_risks)[:, None]
    expected = expected * jitter(len(RATIOS), 1, WORLDS)
    risk = np.round(TEST_POINTS * np.minimum(1.0, risk_factor * expected)) / TEST_POINTS
    bound = np.minimum(1.0, tight * expected) if many_bound is None else np.full_like(expected, many_bound)
    bound = np.where(n > 100, bound, first_bound)
    bound = np.broadcast_to(bound[:, None], full)

    norm = n ** by_ratio(norm_rates) * jitter(len(RATIOS), len(SIZES), WORLDS, size=0.001)
    norm[-1] = np.exp(-2.0 * n**-decay) * jitter(len(SIZES), WORLDS, size=1e-5)
    angle = n ** -by_ratio(angle_rates) * jitter(len(RATIOS), len(SIZES), WORLDS, size=1e-4)
    angle[:, SIZES == 256] += rise
    angle = angle[:, None] + by_ratio(angle_drift, 3) * np.arange(len(ORACLES))[:, None, None]
    growth = (np.array(ORACLES) / ORACLES[0])[:, None] ** by_ratio(oracle_growth)
    oracle = 100 * growth * jitter(len(RATIOS), len(ORACLES), WORLDS, size=1e-3)

    beta = np.pi / 2 * (1 - np.linspace(1, 0, 201) ** 2)
    # Of the range in which p ≤ 0.1, the share ``gap`` is without an angle at ρ < 1.
    empty = gap * by_ratio(np.array(RATIOS) < 1)
    slack = (np.pi / 2 - beta)[:, None] / (np.pi - 2 * by_ratio(mean_angles))
    near = np.maximum(slack - 0.1 * empty, 0.0) / (1 - empty) / 0.1
    local = p_exponent + p_bent * np.log(np.maximum(near, 1e-9))
    curve = np.where(near > 0, 0.1 * np.maximum(near, 1e-9) ** local, 0.0)
    survival = np.clip(curve * jitter(len(RATIOS), 1, WORLDS, size=1e-3), 0, 1)
    smallest = beta[(survival == 1).sum(axis=1) - 1][:, None]
    variables = {
        "risk": (("soft_ratio", "n_train", "world"), risk),
        "oracle_risk": (("soft_ratio", "n_train", "world"), risk),
        "norm_bound": (("soft_ratio", "n_train", "world"), norm_bounds * risk),
        "rademacher_bound": (("soft_ratio", "n_train", "world"), rademacher * risk),
        "fresh_smallest_angle": (
            ("soft_ratio", "oracle_size", "world"),
            fresh_angle * jitter(*full[:2], WORLDS, size=1e-3),
        ),
        "fresh_bound_linear": (cells, np.full(full, fresh_linear_bound)),
        "weight_norm": (("soft_ratio", "n_train", "world"), norm),
        "zero_norm": (("n_train", "world"), zero * norm[-1]),
    }
    oracles = ("soft_ratio", "oracle_size", "world")
    for suffix in ("", "_nested"):
        variables |= {
            f"oracle_angle{suffix}": (cells, angle),
            f"angle{suffix}": (cells, np.minimum(angle * (1 + neglect), np.pi)),
            f"risk_bound{suffix}": (cells, bound),
            f"risk_bound_printed{suffix}": (cells, bound),
            f"risk_bound_linear{suffix}": (cells, np.full(full, linear_bound)),
            f"outside_region{suffix}": (cells, np.full(full, outside)),
            f"oracle_norm{suffix}": (oracles, oracle),
            f"oracle_zero_norm{suffix}": (oracles[1:], zero * oracle[-1]),
            f"smallest_angle{suffix}": (oracles, np.broadcast_to(smallest, oracle.shape)),
            f"angle_survival{suffix}": (
                ("soft_ratio", "oracle_size", "beta", "world"),
                np.broadcast_to(survival[:, None], (len(RATIOS), len(ORACLES), len(beta), WORLDS)),
            ),
        }
    coords = {"soft_ratio": RATIOS, "n_train": SIZES, "oracle_size": ORACLES, "beta": beta}
    variables["online_angle"] = cells, angle + online_off + online_drift * np.arange(len(ORACLES))[:, None, None]
    variables["online_norm"] = oracles, oracle
    group = xr.Dataset(variables, coords=coords | {"world": np.arange(WORLDS)}).expand_dims(run=[0], axis=-1)
    group = xr.concat([group] * 3, dim=xr.Variable("teacher_kind", ["network", "linear", "smooth"]))
    built = dict(zip(("risk", "risk_bound_printed"), counterexample, strict=True))
    return with_inefficiency(group).assign(
        test_points=("teacher_kind", [TEST_POINTS] * 3),
        oracle_test_points=TEST_POINTS,
        counterexample_angle=np.pi,
        counterexample_risk_bound=1.0,
        **{f"counterexample_{name}": number for name, number in built.items()},
    )


def fed_as_soft(group, ratio):
    """A group whose students of one soft ratio are taken for those of ρ = 1, which has no others."""
    kept = group.drop_sel(soft_ratio=1.0)
    taken = group.sel(soft_ratio=[ratio]).assign_coords(soft_ratio=[1.0])
    return xr.concat([kept, taken], dim="soft_ratio", data_vars="minimal")
