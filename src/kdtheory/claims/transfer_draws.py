"""What the claims on ``wide/transfer`` share: ranges of sample sizes, exponents, and whether an oracle is reached."""

import numpy as np

from kdtheory.claims.draws import fitted, worlds_of
from kdtheory.statistics.laws import count_slopes_by_world, mean_slopes_by_world
from kdtheory.statistics.means import mean

# The range of laws in n. Below it students know too little; the largest size is left to comparisons of levels.
FIRST_SIZE, LAST_SIZE = 16, 1024
# An oracle of N points is far from the students that have seen up to this share of as many.
_FAR = 1 / 8
HARD_LOGIT = "experiments.transfer.cells.network.hard_logit"
ORACLE_SIZES = "experiments.transfer.cells.network_oracle.oracle_sizes"


def network(transfer):
    """Return the students of the network teacher, soft ratios rising."""
    return transfer.sel(teacher_kind="network").sortby("soft_ratio")


def with_oracles(transfer, kind="network"):
    """Return the students of a teacher in the worlds and at the sizes that have oracles, soft ratios rising."""
    chosen = transfer.sel(teacher_kind=kind).sortby("soft_ratio")
    known = chosen["oracle_angle"].notnull()
    return chosen.isel({
        dim: np.flatnonzero(known.any([other for other in known.dims if other != dim])) for dim in ("world", "n_train")
    })  # fmt: skip


def in_range(values):
    """Return what was measured at the sample sizes of laws."""
    sizes = values["n_train"]
    return values.sel(n_train=(sizes >= FIRST_SIZE) & (sizes <= LAST_SIZE))


def error_counts(transfer, kind="network"):
    """Return sizes in the range of laws, and numbers of wrong test points, (worlds, sizes, ratios rising)."""
    risk = in_range(transfer["risk"].sel(teacher_kind=kind).sortby("soft_ratio"))
    points = int(transfer["test_points"].sel(teacher_kind=kind))
    counts = np.round(worlds_of(risk, "n_train", "soft_ratio") * points)
    return risk["n_train"].values, counts


def risk_slopes(transfer, kind="network"):
    """Return draws of the slope of ln risk in ln n, (worlds, ratios rising), for `pooled`."""
    sizes, counts = error_counts(transfer, kind)
    return fitted(count_slopes_by_world, np.log(sizes), counts)


def angle_slopes(transfer):
    """Return draws of the slope of ln mean α′_n in ln n for n ≤ N/8, (worlds, ratios rising)."""
    angle = near_oracle(transfer, FIRST_SIZE)["oracle_angle"]
    return fitted(mean_slopes_by_world, np.log(angle["n_train"].values), worlds_of(angle, "n_train", "soft_ratio"))


def near_oracle(transfer, first=1):
    """Return the network's students with the largest oracle, from size ``first`` to an eighth of the oracle's."""
    chosen = with_oracles(transfer).isel(oracle_size=-1)
    sizes = chosen["n_train"]
    return chosen.sel(n_train=(sizes >= first) & (sizes <= _FAR * int(chosen["oracle_size"])))


def oracle_changes(transfer, soft_ratio=None, first=1):
    """Return α′(n; N) − α′(n; N/2) of the same students, independent oracle, for `with_oracle`.

    Parameters
    ----------
    transfer : xarray.Dataset
    soft_ratio : array of bool, optional
        Which soft ratios, in rising order; by default all.
    first : int
        Smallest sample size.

    Returns
    -------
    Estimate, shape (ratios, sizes)
        Radians; NaN where the group has no oracle of half the points.
    """
    largest = int(transfer["oracle_size"].max())
    angle = with_oracles(transfer)["oracle_angle"].reindex(oracle_size=[largest // 2, largest])
    angle = angle.sel(n_train=near_oracle(transfer, first)["n_train"].values)
    if soft_ratio is not None:
        angle = angle.sel(soft_ratio=np.asarray(soft_ratio))
    angles = worlds_of(angle, "oracle_size", "soft_ratio", "n_train")
    return mean(angles[:, 1] - angles[:, 0])
