"""Section 4.2 and Fig. 4 left: the cut-off in the paper's one-dimensional example."""

from kdtheory.claims.draws import listed, ratios, worlds_of
from kdtheory.claims.finding import VALUE
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, READ_OFF_A_PLOT, value
from kdtheory.statistics.means import mean


@claim(
    "jz20-sec42-cutoff-example",
    section="4.2",
    statement="In the 1-D example the student's logits are approximately a cut-off, sgn(z_t)·max(t, |z_t|).",
    quantity="root mean square over x of z_eff less the cut-off, over that of z_eff, mean over worlds, each ρ",
    test=f"two one-sided t-tests over worlds, each with a truth and a teacher of its own: within {READ_OFF_A_PLOT} of "
    "0 at every ρ",
    figure="jz20_fig4",
    reads=("wide/example",),
    error_rate=ERROR_RATE,
    kind=VALUE,
    scope="reading",
    reading="on average over the example's inputs, not at each of them",
    tolerance=READ_OFF_A_PLOT,
    assumes=("datasets.<name>.modes", "datasets.<name>.width", "experiments.example.soft_ratios"),
)
def _cutoff_of_example(example):
    deviation = example["cutoff_deviation"].sortby("soft_ratio")
    off = mean(worlds_of(deviation, "soft_ratio"))
    reason = f"deviation {listed(ratios(deviation), off)}; {deviation.sizes['world']} worlds"
    return value(off, 0.0, READ_OFF_A_PLOT, reason=reason)
