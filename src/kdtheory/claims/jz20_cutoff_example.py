"""Section 4.2 and Fig. 4 left: the cut-off in the paper's one-dimensional example."""

import numpy as np

from kdtheory.claims.finding import ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import READ_OFF_A_PLOT, always


@claim(
    "jz20-sec42-cutoff-example",
    section="4.2",
    statement="In the 1-D example the student's logits are approximately a cut-off, sgn(z_t)·max(t, |z_t|).",
    quantity="root mean square over x of z_eff less the cut-off, over that of z_eff, each ρ",
    test=f"every soft ratio within {100 * READ_OFF_A_PLOT:.0f} %",
    figure="jz20_fig4",
    reads=("wide/example",),
    kind=ORDER,
    scope="reading",
    reading="on average over the example's inputs, not at each of them; the example is one truth with one teacher",
    tolerance=READ_OFF_A_PLOT,
    assumes=("datasets.<name>.modes", "datasets.<name>.width", "experiments.example.soft_ratios"),
)
def _cutoff_of_example(example):
    off = np.sqrt(((example["effective_logit"] - example["cutoff"]) ** 2).mean("x"))
    off = (off / np.sqrt((example["effective_logit"] ** 2).mean("x"))).values
    shown = ", ".join(
        f"{100 * value:.0f} % (ρ = {ratio:g})" for ratio, value in zip(example["soft_ratio"].values, off, strict=True)
    )
    return always(READ_OFF_A_PLOT - off, reason=f"deviation {shown}")
