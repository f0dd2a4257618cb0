"""Measurement ``linear/rates``: expected risks up to n = d − 1, without vectors (PL19 Sec. 4.2).

Students are drawn by the Markov chain of their angle (`kdtheory.theory.angle_chains`). With a margin the risk of almost
every large transfer set is exactly 0. There, after each point, sets are copied in proportion to R(φ_n)/R(φ_{n−1}), and
the product of the means of these ratios is the estimate: unbiased at every size, however small (docs/methods.md).
"""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.angle_chains import conditional_error, next_squared_cotangent
from kdtheory.theory.angles import MarginAngles, PolynomialAngles
from kdtheory.theory.bounds import margin_bound, polynomial_bound, risk_bound, transfer_risk_bound
from kdtheory.theory.risk import RiskTable, angle_risk

_WORDS = "expected transfer risk"


def measure(experiment):
    """Measure expected risks and conditional errors of distilled students against every bound on them."""
    return xr.merge(
        [_margin(experiment), _polynomial(experiment), _scaled(experiment)], join="outer", combine_attrs="override"
    )


def _margin(experiment):
    settings = experiment.settings["margin"]
    law = MarginAngles(np.deg2rad(settings["limit_degrees"]))
    sizes = np.arange(1, max(settings["dims"]))
    shape = (len(settings["dims"]), len(sizes))
    risk = np.full((*shape, experiment.settings["worlds"]), np.nan)
    bounds = np.full((2, *shape), np.nan)
    for place, dim in enumerate(settings["dims"]):
        bounds[0, place, : dim - 1] = margin_bound(law, sizes[: dim - 1])
        bounds[1, place, : dim - 1] = risk_bound(law, sizes[: dim - 1])
        table = RiskTable(dim, law)
        for world in range(risk.shape[-1]):
            rng = experiment.draw("margin", dim, world)
            risk[place, : dim - 1, world] = expected_margin_risks(rng, law, dim, settings["sets"], table)
    cells = ("dim", "margin_n_train")
    return xr.Dataset(
        {
            "margin_risk": labelled(
                xr.DataArray(risk, dims=(*cells, "world")), f"{_WORDS} with a margin", "PL19 Corollary 1"
            ),
            "margin_bound": labelled(
                xr.DataArray(bounds[0], dims=cells), f"bound γⁿ on the {_WORDS} with a margin", "PL19 Corollary 1"
            ),
            "margin_bound_theorem": labelled(
                xr.DataArray(bounds[1], dims=cells), f"bound on the {_WORDS} with a margin", "PL19 Theorem 3"
            ),
        },
        coords={"dim": settings["dims"], "margin_n_train": sizes, "world": np.arange(risk.shape[-1])},
    )


def expected_margin_risks(rng, law, dim, sets, risk_of):
    """Return one unbiased estimate of the expected risk at n = 1 … d − 1, shape (d − 1,).

    Parameters
    ----------
    rng : numpy.random.Generator
    law : MarginAngles
    dim, sets : int
        Dimension of the inputs, chains that are followed.
    risk_of : callable
        From angles to risks.
    """
    expected, state, before, product = np.zeros(dim - 1), np.zeros(sets), 1.0, 1.0
    for seen in range(dim - 1):
        added = law.sample_boundary_angles(rng.random(sets))
        state = next_squared_cotangent(rng, state, added, n_train=seen, dim=dim)
        risk = np.zeros(sets)
        # At or below the margin a student errs nowhere, and no added point changes that (Lemma 1).
        erring = state < 1 / np.tan(law.margin) ** 2
        risk[erring] = risk_of(np.arctan2(1, np.sqrt(state[erring])))
        weights = risk / before
        if not weights.any():
            break
        product *= weights.mean()
        expected[seen] = product
        places = (np.arange(sets) + rng.random()) / sets
        chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), places).clip(max=sets - 1)
        state, before = state[chosen], risk[chosen]
    return expected


def _polynomial(experiment):
    settings, worlds = experiment.settings["polynomial"], experiment.settings["worlds"]
    kappas, sizes = np.array(settings["kappas"], dtype=float), np.array(settings["n_train"])
    easy, dim = np.deg2rad(settings["easy_degrees"]), settings["dim"]
    risk = np.empty((len(kappas), len(sizes), worlds))
    wrong = np.empty((len(kappas), len(easy), len(sizes), worlds))
    for place, kappa in enumerate(kappas):
        law = PolynomialAngles(kappa)
        table = RiskTable(dim, law)
        for world in range(worlds):
            angles = _angles(experiment.draw("polynomial", float(kappa), world), law, dim, sizes, settings["sets"])
            risk[place, :, world] = table(angles).mean(axis=1)
            wrong[place, :, :, world] = conditional_error(angles, easy[:, None, None], dim).mean(axis=-1)
    unseen = np.stack([PolynomialAngles(kappa).boundary_cdf(easy)[:, None] ** sizes for kappa in kappas])
    bounds = {
        "risk_bound": (transfer_risk_bound(sizes, kappas[:, None]), "Theorem 3"),
        "risk_bound_polynomial": (polynomial_bound(sizes, kappas[:, None]), "Corollary 2"),
    }
    cells, points = ("kappa", "n_train"), ("kappa", "easy_angle", "n_train")
    words = "probability that a point at this angle to the teacher is misclassified"
    return xr.Dataset(
        {
            "risk": labelled(xr.DataArray(risk, dims=(*cells, "world")), _WORDS, "PL19 Corollary 2"),
            **{
                name: labelled(xr.DataArray(values, dims=cells), f"bound on the {_WORDS}", f"PL19 {place}")
                for name, (values, place) in bounds.items()
            },
            "conditional_error": labelled(xr.DataArray(wrong, dims=(*points, "world")), words, "PL19 eqs. 32 and 33"),
            "conditional_bound": labelled(
                xr.DataArray(unseen, dims=points), f"bound on the {words}", "PL19 eqs. 32 and 33"
            ),
            "input_dim": labelled(xr.DataArray(float(dim)), "dimension d of the inputs", "PL19 Sec. 5.1"),
        },
        coords={"kappa": kappas, "n_train": sizes, "easy_angle": easy, "world": np.arange(worlds)},
    )


def _scaled(experiment):
    settings, worlds = experiment.settings["scaled"], experiment.settings["worlds"]
    law, dim, sizes = PolynomialAngles(settings["kappa"], settings["scale"]), settings["dim"], settings["n_train"]
    risk = np.empty((len(sizes), worlds))
    for world in range(worlds):
        angles = _angles(experiment.draw("scaled", world), law, dim, np.array(sizes), settings["sets"])
        risk[:, world] = angle_risk(angles, dim, law).mean(axis=1)
    words = f"crowded at the boundary, c = {law.scale:g}^{law.kappa:g}"
    return xr.Dataset(
        {
            "scaled_risk": labelled(
                xr.DataArray(risk, dims=("scaled_n_train", "world")), f"{_WORDS} on data {words}", "PL19 Theorem 3"
            ),
            "scaled_bound": labelled(
                xr.DataArray(risk_bound(law, sizes), dims="scaled_n_train"),
                f"bound on the {_WORDS} on data {words}",
                "PL19 Theorem 3",
            ),
        },
        coords={"scaled_n_train": sizes, "world": np.arange(worlds)},
    )


def _angles(rng, law, dim, sizes, sets):
    """Angles of distilled students to their teacher on nested transfer sets, (sizes, sets); 0 for n ≥ d (eq. 18)."""
    found, state = np.zeros((len(sizes), sets)), np.zeros(sets)
    for seen in range(min(max(sizes), dim - 1)):
        added = law.sample_boundary_angles(rng.random(sets))
        state = next_squared_cotangent(rng, state, added, n_train=seen, dim=dim)
        found[sizes == seen + 1] = np.arctan2(1, np.sqrt(state))
    return found


if __name__ == "__main__":
    run_measure(measure)
