"""Section 3: does an oracle weight change exist that expresses the effective logits, with and without hard labels?"""

import numpy as np

from kdtheory.claims.estimates import each_above, t_intervals
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond, rising, slope

_ERROR_RATE = 0.05
# A norm that grows more slowly than this power of N counts as converging; a jump's grows like √N.
_CONVERGING = 0.25
_READS = {"figure": "jz20_fig2", "reads": ("wide/transfer",)}
_ORDERED = "intersection–union of one-sided paired t-tests of adjacent oracle sizes, Holm for `fails`"


@claim(
    "jz20-sec3-oracle",
    section="3",
    statement="There is an oracle weight change Δw* that expresses the effective logits (ρ = 1).",
    quantity="exponent of the growth of ‖Δw*‖ with the oracle's size N, ρ = 1, network teacher",
    test=f"t-interval over runs lies below {_CONVERGING}",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _oracle(transfer):
    estimates, reason = _oracle_growth(transfer, soft=True)
    return beyond(estimates, reason, below=_CONVERGING, reading="‖Δw*‖ converges when N grows")


@claim(
    "jz20-sec31-no-oracle",
    section="3.1",
    statement="With hard labels ‖Δŵ‖ does not converge, so that no oracle weight change exists (ρ < 1).",
    quantity="exponent of the growth of ‖Δw*‖ with the oracle's size N, each ρ < 1, network teacher",
    test=f"t-intervals over runs: every one lies above {_CONVERGING}",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _no_oracle(transfer):
    estimates, reason = _oracle_growth(transfer, soft=False)
    reading = "the norm grows like a power of N; a jump's does like √N, but a small jump shows only at large N"
    return each_above(estimates, _CONVERGING, reason, reading=reading)


@claim(
    "ext-oracle-drift",
    section="3.1",
    statement="With hard labels α′_n at fixed n drifts towards π/2 as the oracle grows (ρ < 1).",
    quantity="rise of α′_n at the largest n ≤ N/4 from each oracle size N to the next, nested and independent, "
    "network teacher",
    test=_ORDERED,
    error_rate=_ERROR_RATE,
    **_READS,
)
def _drift(transfer):
    network = _network(transfer)
    # An oracle that has seen no more points than the student is itself far from its limit.
    network = network.sel(n_train=network["n_train"] <= network["oracle_size"].min() / 4).isel(n_train=-1)
    steps, stories = [], []
    for name, words in (("oracle_angle", "independent"), ("oracle_angle_nested", "nested")):
        angle = np.degrees(network[name].transpose("soft_ratio", "oracle_size", "repeat"))
        steps.append(np.diff(angle.values[:-1], axis=1).reshape(-1, angle.sizes["repeat"]))
        drift = (angle.isel(oracle_size=-1) - angle.isel(oracle_size=0)).mean("repeat").values
        stories.append(
            f"{words}: "
            + ", ".join(f"{d:+.1f}° (ρ = {r:g})" for r, d in zip(angle["soft_ratio"].values, drift, strict=True))
        )
    sizes = network["oracle_size"].values
    reason = f"drift at n = {int(network['n_train'])} from N = {sizes[0]} to {sizes[-1]}, {'; '.join(stories)}"
    return rising(np.concatenate(steps), reason, error_rate=_ERROR_RATE)


def _oracle_growth(transfer, *, soft):
    norm = _network(transfer)["oracle_norm"].transpose("soft_ratio", "oracle_size", "repeat")
    norm = norm.sel(soft_ratio=norm["soft_ratio"] == 1 if soft else norm["soft_ratio"] < 1)
    sizes, ratios = norm["oracle_size"].values, norm["soft_ratio"].values
    estimates = t_intervals(slope(np.log(sizes), np.log(norm.values).swapaxes(0, 1)), error_rate=_ERROR_RATE)
    shown = ", ".join(
        f"{estimate:.2f} ({low:.2f} to {high:.2f}; ρ = {ratio:g})"
        for ratio, (estimate, (low, high)) in zip(ratios, estimates, strict=False)
    )
    return estimates, f"‖Δw*‖ ~ N^c, N = {sizes[0]} to {sizes[-1]}, independent oracle: c = {shown}"


def _network(transfer):
    return transfer.sel(teacher_kind="network").sortby("soft_ratio")
