"""Statements that are checked on MNIST digits 0 and 1: the bias of gradient descent (Fig. 4), monotonicity (Lemma 1).

They have a module of their own because a module's claims are checked together: the others need no images.
"""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import cluster_means, every_cell, rising

_ERROR_RATE = 0.05
_ORDERED = "intersection–union of one-sided {}t-tests of adjacent {}, Holm for `fails`"


@claim(
    "pl19-fig4-bias",
    section="5.2",
    statement="The less a learner is guided by gradient descent's bias (larger δ), the higher its transfer risk.",
    quantity="rise of the mean risk on MNIST test images from each δ to the next, on the same sets and directions",
    test=_ORDERED.format("paired ", "δ") + "; sets of one split are one draw",
    error_rate=_ERROR_RATE,
    figure="pl19_fig4",
    reads=("linear/bias",),
)
def _bias(bias):
    risk = bias["risk"].sortby("delta").transpose("delta", "repeat").values
    delta, splits = np.sort(bias["delta"].values), bias["split"].values
    reason = (
        f"mean risk {risk[0].mean():.2g} at δ = {delta[0]:g} and {risk[-1].mean():.3f} at δ = {delta[-1]:g}, "
        f"{risk.shape[1]} sets of {len(np.unique(splits))} splits"
    )
    return rising(np.diff(cluster_means(risk, splits), axis=0), reason, error_rate=_ERROR_RATE)


@claim(
    "pl19-fig4-limit",
    section="5.2",
    statement="Gradient descent (δ = 0) and no bias at all (|δ| → ∞) are the two extremes.",
    quantity="rise of the mean risk on MNIST test images from δ = 0 to each δ, and from each δ to the limit",
    test=_ORDERED.format("paired ", "pairs of these") + "; sets of one split are one draw",
    error_rate=_ERROR_RATE,
    figure="pl19_fig4",
    reads=("linear/bias",),
)
def _limit(bias):
    risk = bias["risk"].sortby("delta").transpose("delta", "repeat").values
    limit = bias["risk_limit"].values
    rises = np.concatenate([risk[1:] - risk[0], limit - risk])
    reason = (
        f"mean risk {risk[0].mean():.2g} at δ = {bias['delta'].values.min():g}, {risk[-1].mean():.3f} at "
        f"δ = {bias['delta'].values.max():g}, {limit.mean():.3f} in the limit"
    )
    reading = "extremes of the risk among the learners of Fig. 4"
    return rising(cluster_means(rises, bias["split"].values), reason, error_rate=_ERROR_RATE, reading=reading)


@claim(
    "pl19-monotone-every-set-digits",
    section="4.3",
    statement="Additional data can never harm the transfer risk (MNIST digits 0 and 1).",
    quantity="risk on the test images along single transfer sets that grow",
    test="every step of every chain",
    figure="pl19_fig4",
    reads=("linear/bias",),
)
def _every_set_of_digits(bias):
    chains = bias["chain_risk"].transpose("chain", "n_train")
    rises = np.diff(chains.values)
    images = int(bias["test_images"])
    affected = int((rises > 0).any(axis=1).sum())
    reason = (
        f"in {affected} of {len(rises)} chains some added points raise the risk, at most by "
        f"{rises.max() * images:.0f} of "
        f"{images} test images"
    )
    reading = "the risk of every single transfer set, of any data; Lemma 1 itself speaks of the angle"
    return every_cell(rises > 0, reason, what="steps of single chains", estimate=rises.max(), reading=reading)


@claim(
    "pl19-monotone-expected-digits",
    section="1",
    statement="The expected transfer risk always decreases when the transfer set grows (MNIST digits 0 and 1).",
    quantity="fall of the mean risk on the test images from one size to the next of those that at least double",
    test=_ORDERED.format("", "sizes") + "; sets of one split are one draw",
    error_rate=_ERROR_RATE,
    figure="pl19_fig4",
    reads=("linear/bias",),
)
def _expected_of_digits(bias):
    sizes = []
    for size in bias["n_train"].values:
        if not sizes or size >= 2 * sizes[-1]:
            sizes.append(int(size))
    risk = cluster_means(
        bias["chain_risk"].sel(n_train=sizes).transpose("n_train", "chain").values, bias["chain_split"].values
    )
    shown = ", ".join(f"{mean:.2g} (n = {size})" for mean, size in zip(risk.mean(axis=1), sizes, strict=True))
    reason = f"mean risk {shown}"
    reading = "sizes that at least double, since single added points change too little to be seen"
    return rising(-np.diff(risk, axis=0), reason, error_rate=_ERROR_RATE, reading=reading)
