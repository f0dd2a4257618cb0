"""Statements that are checked on MNIST digits 0 and 1: the bias of gradient descent (Fig. 4), monotonicity (Lemma 1).

They have a module of their own because a module's claims are checked together: the others need no images.
"""

import numpy as np

from kdtheory.claims.finding import ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, always, order
from kdtheory.statistics.means import mean, trend_by_world

_ORDERED = "one-sided paired t-test over worlds for each pair of adjacent {}"
_OTHER_DATA = "of any data; the paper's statement is about data symmetric about the teacher, Lemma 1's about the angle"


@claim(
    "pl19-fig4-bias",
    section="5.2",
    statement="The less a learner is guided by gradient descent's bias (larger δ), the higher its transfer risk.",
    quantity="rise of the mean risk on MNIST test images from each δ to the next, on the same sets and directions",
    test=_ORDERED.format("δ"),
    error_rate=ERROR_RATE,
    figure="pl19_fig4",
    reads=("linear/bias",),
    kind=ORDER,
)
def _bias(bias):
    delta, risk = _by_delta(bias)
    reason = f"mean risk {risk[:, 0].mean():.2g} at δ = {delta[0]:g} and {risk[:, -1].mean():.3f} at δ = {delta[-1]:g}"
    return order(mean(np.diff(risk)), trend=mean(trend_by_world(risk)), reason=reason)


@claim(
    "pl19-fig4-limit",
    section="5.2",
    statement="Gradient descent (δ = 0) and no bias at all (|δ| → ∞) are the two extremes.",
    quantity="rise of the mean risk on MNIST test images from δ = 0 to each δ, and from each δ to the limit",
    test=_ORDERED.format("learners of these"),
    error_rate=ERROR_RATE,
    figure="pl19_fig4",
    reads=("linear/bias",),
    kind=ORDER,
    reading="extremes of the risk among the learners of Fig. 4",
)
def _limit(bias):
    delta, risk = _by_delta(bias)
    limit = bias["risk_limit"].transpose("world").values
    rises = np.concatenate([risk[:, 1:] - risk[:, :1], limit[:, None] - risk], axis=1)
    reason = (
        f"mean risk {risk[:, 0].mean():.2g} at δ = {delta[0]:g}, {risk[:, -1].mean():.3f} at δ = {delta[-1]:g}, "
        f"{limit.mean():.3f} in the limit"
    )
    return order(mean(rises), reason=reason)


@claim(
    "pl19-monotone-every-set-digits",
    section="4.3",
    statement="Additional data can never harm the transfer risk (MNIST digits 0 and 1).",
    quantity="fall of the risk on the test images along single transfer sets that grow",
    test="every step of every chain",
    figure="pl19_fig4",
    reads=("linear/bias",),
    kind=ORDER,
    scope="reading",
    reading=f"the risk of every single transfer set, {_OTHER_DATA}",
)
def _every_set_of_digits(bias):
    rises = np.diff(bias["chain_risk"].transpose("world", "n_train").values)
    images, affected = int(bias["test_images"]), int((rises > 0).any(axis=1).sum())
    reason = (
        f"in {affected} of {len(rises)} chains some added points raise the risk, by at most "
        f"{max(rises.max(), 0.0) * images:.0f} of {images} test images"
    )
    return always(-rises, reason=reason)


@claim(
    "pl19-monotone-expected-digits",
    section="1",
    statement="The expected transfer risk always decreases when the transfer set grows (MNIST digits 0 and 1).",
    quantity="fall of the mean risk on the test images from one size to the next of those that at least double",
    test="one-sided paired t-test over worlds for each pair of sizes",
    error_rate=ERROR_RATE,
    figure="pl19_fig4",
    reads=("linear/bias",),
    kind=ORDER,
    scope="reading",
    reading=f"sizes that at least double, since single added points change too little to be seen; {_OTHER_DATA}",
)
def _expected_of_digits(bias):
    sizes = []
    for size in bias["n_train"].values:
        if not sizes or size >= 2 * sizes[-1]:
            sizes.append(int(size))
    risk = bias["chain_risk"].sel(n_train=sizes).transpose("world", "n_train").values
    shown = ", ".join(f"{value:.2g} (n = {size})" for value, size in zip(risk.mean(axis=0), sizes, strict=True))
    return order(mean(-np.diff(risk)), trend=mean(trend_by_world(-risk)), reason=f"mean risk {shown}")


def _by_delta(bias):
    """The values of δ and the risk (world, delta)."""
    risk = bias["risk"].sortby("delta")
    return risk["delta"].values, risk.transpose("world", "delta").values
