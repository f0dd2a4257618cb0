"""Noise on the teacher's logits (no paper makes these statements)."""

from kdtheory.claims import rules
from kdtheory.claims.registry import claim
from kdtheory.statistics.means import paired_difference


@claim(
    "ext-noise-risk",
    section="noise",
    statement="Noise on the teacher's logits raises the mean risk at every transfer-set size.",
    quantity="mean transfer risk at the largest noise less that at the smallest, by size",
    test="paired t-test over transfer sets at every size",
    error_rate=rules.ERROR_RATE,
    figure="ext_noise",
    reads=("linear/noise",),
    kind="order",
    scope="ours",
)
def _risk(noise):
    risk = noise["risk"].sortby("noise").transpose("noise", "world", "dim", "n_train").values
    return rules.order(paired_difference(risk[-1], risk[0]), reason="risk with noise less risk without")
