"""Section 3: does an oracle weight change exist that expresses the effective logits, with and without hard labels?"""

import numpy as np

from kdtheory.claims.decisions import by_tests
from kdtheory.claims.draws import listed, ratios, worlds_of
from kdtheory.claims.finding import ORDER, RATE, VALUE
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import DERIVED, ERROR_RATE, SAME_ORACLE, order, value, with_oracle
from kdtheory.claims.transfer_draws import HARD_LOGIT, ORACLE_SIZES, near_oracle, network, oracle_changes, with_oracles
from kdtheory.statistics import cell_tests
from kdtheory.statistics.means import mean

_READS = {"figure": "jz20_fig2", "reads": ("wide/transfer",), "error_rate": ERROR_RATE}
_EXPONENT = "local exponent of ‖Δw*‖ in the oracle's size, log₂ of its growth from N/2 to the largest N"
_SAME = f"α′_n at n ≤ N/8 changes by less than {SAME_ORACLE} rad from N/2 to N"


@claim(
    "jz20-sec3-oracle",
    section="3",
    statement="There is an oracle weight change Δw* that expresses the effective logits (ρ = 1).",
    quantity=f"{_EXPONENT}, ρ = 1, network teacher",
    test=f"t-test over worlds: equivalence to 0 within {DERIVED}; no verdict unless {_SAME}",
    kind=VALUE,
    reading="‖Δw*‖ and the angle to it converge when N grows",
    tolerance=DERIVED,
    assumes=(ORACLE_SIZES,),
    **_READS,
)
def _oracle(transfer):
    growth, reason = _growth(transfer, soft=True)
    found = value(growth, 0.0, DERIVED, reason=reason)
    return with_oracle(found, oracle_changes(transfer, network(transfer)["soft_ratio"] == 1))


@claim(
    "jz20-sec31-online",
    section="3.1",
    statement="Δw* can be approximated by online SGD, which is equivalent to training with infinitely many samples.",
    quantity="mean α′_n to the weights after one pass of SGD over the largest N points, less α′_n to the regression on "
    "the same points, n ≤ N/8, ρ = 1, network teacher",
    test=f"t-test over worlds at every n: equivalence to 0 within {SAME_ORACLE} rad; no verdict unless α′_n to the "
    f"weights of SGD changes by less than {SAME_ORACLE} rad from N/2 to N",
    kind=VALUE,
    reading="batches of one fresh point, with the rate that fits it; N points for infinitely many",
    tolerance=SAME_ORACLE,
    assumes=(ORACLE_SIZES,),
    **_READS,
)
def _online(transfer):
    near = near_oracle(transfer)
    largest = int(transfer["oracle_size"].max())
    soft = with_oracles(transfer).sel(soft_ratio=1.0, n_train=near["n_train"].values)
    soft = soft.reindex(oracle_size=[largest // 2, largest])
    online, exact = (worlds_of(soft[name], "oracle_size", "n_train") for name in ("online_angle", "oracle_angle"))
    norms = [mean(worlds_of(soft[name], "oracle_size")[:, 1]) for name in ("online_norm", "oracle_norm")]
    sizes = [f"n = {size}" for size in soft["n_train"].values]
    found = mean(online[:, 1] - exact[:, 1])
    reason = (
        f"N = {largest}: ‖Δw‖ {listed(['SGD'], norms[0], '{:.3g}')}, {listed(['regression'], norms[1], '{:.3g}')}; "
        f"difference in rad {listed(sizes, found, '{:.3f}')}"
    ).replace(" -", " −")
    return with_oracle(value(found, 0.0, SAME_ORACLE, reason=reason), mean(online[:, 1] - online[:, 0]))


@claim(
    "jz20-sec31-no-oracle",
    section="3.1",
    statement="With hard labels ‖Δŵ‖ does not converge, so that no oracle weight change exists (ρ < 1).",
    quantity=f"{_EXPONENT}, each ρ < 1, network teacher",
    test=f"t-tests over worlds: above {DERIVED} at every ρ; refuted where it is below and {_SAME}, Holm",
    kind=RATE,
    reading="the norm grows like a power of N; a small jump shows only at large N, until when the angle still changes",
    tolerance=DERIVED,
    assumes=(HARD_LOGIT, ORACLE_SIZES),
    **_READS,
)
def _no_oracle(transfer):
    growth, reason = _growth(transfer, soft=False)
    changes = oracle_changes(transfer, network(transfer)["soft_ratio"] < 1)
    grows, same = cell_tests.above(growth, DERIVED), cell_tests.within(changes, 0.0, SAME_ORACLE)
    settled = np.where(changes.measured, same.for_it, 1.0).max(axis=1, initial=0.0)
    # A norm that grows slowly is no oracle while the angle to it still changes.
    tests = cell_tests.CellTests(grows.for_it, np.maximum(grows.against_it, settled), grows.score)
    return by_tests(RATE, tests, growth, growth.measured, ERROR_RATE, reason)


@claim(
    "ext-oracle-drift",
    section="3.1",
    statement="With hard labels α′_n at fixed n drifts towards π/2 as the oracle grows, by more than without them.",
    quantity="rise of α′_n at the largest n ≤ N/8 from N/2 to N at each ρ < 1, less that at ρ = 1, independent oracle, "
    "network teacher",
    test="one-sided paired t-tests over worlds at every ρ < 1, Holm for `fails`",
    kind=ORDER,
    scope="ours",
    assumes=(HARD_LOGIT, ORACLE_SIZES),
    **_READS,
)
def _drift(transfer):
    size = near_oracle(transfer)["n_train"].values[-1]
    largest = int(transfer["oracle_size"].max())
    angle = with_oracles(transfer)["oracle_angle"].sel(n_train=size).reindex(oracle_size=[largest // 2, largest])
    angles = worlds_of(angle, "oracle_size", "soft_ratio")
    rises = angles[:, 1] - angles[:, 0]
    shown = listed(ratios(angle), mean(np.degrees(rises)), "{:.1f}°")
    reason = f"rise at n = {int(size)} from N = {largest // 2} to {largest}: {shown}"
    return order(mean(rises[:, :-1] - rises[:, -1:]), reason=reason)


def _growth(transfer, *, soft):
    """The mean local exponent, (ratios,), and it in words."""
    largest = int(transfer["oracle_size"].max())
    norm = with_oracles(transfer)["oracle_norm"].reindex(oracle_size=[largest // 2, largest])
    norm = norm.sel(soft_ratio=norm["soft_ratio"] == 1 if soft else norm["soft_ratio"] < 1)
    norms = worlds_of(norm, "oracle_size", "soft_ratio")
    growth = mean(np.log2(norms[:, 1] / norms[:, 0]))
    return growth, f"‖Δw*‖ ~ N^c, N = {largest // 2} to {largest}: c = {listed(ratios(norm), growth, '{:.3f}')}"
