"""Measurement ``linear/alignment``: data geometry and transfer risk (PL19 Fig. 3, Theorems 3 and D.1, Corollary 2)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.limits import distance_to_limit
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.angles import PolynomialAngles, signed_angle
from kdtheory.theory.bounds import (
    angle_inflation,
    polynomial_bound,
    polynomial_bound_proved,
    risk_bound,
    transfer_risk_bound,
)
from kdtheory.theory.hard_label_bounds import margin_risk_bound, vc_risk_bound, vc_useful_from
from kdtheory.theory.risk import RiskTable, angle_risk


def measure(experiment):
    """Measure the exact risk of distilled and hard-target students against every bound."""
    sweep = _distilled(experiment, "sweep")
    sweep["risk_sampled"] = _sampled_risk(experiment)
    # Other draws than the sweep's, so other worlds, also where κ and n are the same.
    growth = _distilled(experiment, "growth")
    growth = growth.rename({"world": "growth_world", **{name: f"growth_{name}" for name in growth}})
    joined = _merged(sweep, growth)
    dim = xr.DataArray(float(experiment.dataset_of("sweep").attrs["dim"]))
    return _merged(
        joined,
        xr.Dataset({"input_dim": labelled(dim, "dimension d of the inputs", "PL19 Sec. 5.1")}),
        _bounds(joined),
        _hard_target(experiment),
        _hard_target_bounds(experiment, joined["n_train"].values),
        _gram(experiment),
        _descended(experiment),
        _approximate(experiment, sweep),
        _scaled(experiment),
    )


def _merged(*groups):
    return xr.merge(groups, join="outer", compat="no_conflicts", combine_attrs="override")


def _angles(experiment, cell):
    weights = experiment.student(cell)["weights"].transpose("learner", "kappa", "n_train", "world", "axis")
    angle = signed_angle(weights.values, experiment.dataset_of(cell)["teacher_direction"].values)
    return weights.isel(axis=0, drop=True).copy(data=angle)


def _risk(angle, dataset):
    """Exact risk of an array of angles with a dimension kappa."""
    dim, laws = dataset.attrs["dim"], angle_laws(dataset)
    risks = [
        angle.isel(kappa=index).copy(data=angle_risk(angle.isel(kappa=index).values, dim, law))
        for index, law in enumerate(laws)
    ]
    return xr.concat(risks, dim=dataset["kappa"]).transpose(*angle.dims)


def _distilled(experiment, cell):
    angle = _angles(experiment, cell).sel(learner="distillation", drop=True)
    return xr.Dataset(
        {
            "angle": labelled(angle, "angle between student and teacher", "PL19 Lemma 1", "rad"),
            "risk": labelled(_risk(angle, experiment.dataset_of(cell)), "transfer risk", "PL19 Fig. 3"),
        }
    )


def _sampled_risk(experiment):
    """Share of explicit test points on which student and teacher differ; every κ uses the same directions."""
    dataset, points = experiment.dataset_of("sweep"), experiment.settings["sampled_points"]
    weights = experiment.student("sweep")["weights"].sel(learner="distillation", drop=True)
    weights = weights.transpose("world", "kappa", "n_train", "axis")
    width, dim, laws = weights.sizes["axis"] - 1, dataset.attrs["dim"], angle_laws(dataset)
    risk = np.empty(weights.shape[:-1])
    for world, students in enumerate(weights.values):
        rng = experiment.draw("test", world)
        uniforms, across = rng.random(points), rng.standard_normal((points, width))
        # The coordinates of a uniform direction in the student's frame; those outside it only fix its length.
        outside = rng.chisquare(dim - 1 - width, points) if dim - 1 > width else 0.0
        across /= np.sqrt(np.sum(across**2, axis=1) + outside)[:, None]
        for index, law in enumerate(laws):
            boundary_angle = law.sample_boundary_angles(uniforms)
            logits = np.sin(boundary_angle) * students[index, :, :1] + np.cos(boundary_angle) * (
                students[index, :, 1:] @ across.T
            )
            risk[world, index] = np.mean(logits < 0, axis=1)
    risk = weights.isel(axis=0, drop=True).copy(data=risk).transpose("kappa", "n_train", "world")
    return labelled(risk, f"transfer risk, estimated on {points} test points", "PL19 Fig. 3")


def _bounds(joined):
    """Bounds where something was measured: the theorem's minimised over β, its proof's sharper one, the corollary's."""
    kappas, sizes = joined["kappa"].values, joined["n_train"].values
    kappa, n_train = np.meshgrid(kappas, sizes, indexing="ij")
    sharper = [risk_bound(PolynomialAngles(degree), sizes, sharper=True) for degree in kappas]
    measured = joined["risk"].notnull().any("world") | joined["growth_risk"].notnull().any("growth_world")
    measured = measured.transpose("kappa", "n_train")
    bounds = {
        "risk_bound": (transfer_risk_bound(n_train, kappa), "bound on the expected transfer risk", "PL19 Theorem 3"),
        "risk_bound_sharper": (sharper, "sharper bound on the expected transfer risk", "PL19 Sec. 4.3"),
        "risk_bound_polynomial": (
            polynomial_bound(n_train, kappa), "closed-form bound on the expected transfer risk", "PL19 Corollary 2",
        ),
    }  # fmt: skip
    coords = {"kappa": kappas, "n_train": sizes}
    return xr.Dataset(
        {
            name: labelled(
                xr.DataArray(values, dims=("kappa", "n_train"), coords=coords).where(measured), words, source
            )
            for name, (values, words, source) in bounds.items()
        }
    )


def _hard_target(experiment):
    angle = _angles(experiment, "growth_hard").isel(kappa=0, drop=False)
    risk = _risk(angle.expand_dims("kappa"), experiment.dataset_of("growth_hard")).isel(kappa=0, drop=True)
    risk = risk.rename(learner="hard_target", n_train="hard_n_train", world="growth_world")
    risk["hard_target"] = [name.removeprefix("hard_target_") for name in risk["hard_target"].values]
    words = "transfer risk of the hard-target learner on the transfer sets of the growing n"
    return xr.Dataset({"risk_hard_target": labelled(risk, words, "PL19 Sec. 1")})


def _hard_target_bounds(experiment, sizes):
    """What standard theory says of the hard-target learners: by the VC dimension, and by the sets' own margins."""
    dataset = experiment.dataset_of("growth_hard")
    dim, inputs = dataset.attrs["dim"], dataset["inputs"].isel(kappa=0).transpose("world", "sample", "axis").values
    weights = experiment.student("growth_hard")["weights"].sel(learner="hard_target_margin").isel(kappa=0)
    signed = np.sign(inputs @ dataset["teacher_direction"].values)[..., None] * inputs
    by_set = [
        margin_risk_bound(signed[:, :size], weights.sel(n_train=size).transpose("world", "axis").values)
        for size in weights["n_train"].values
    ]
    by_set = xr.DataArray(
        by_set, dims=("hard_n_train", "growth_world"), coords={"hard_n_train": weights["n_train"].values}
    )
    vc = xr.DataArray(vc_risk_bound(sizes, dim), dims="n_train", coords={"n_train": sizes})
    words = "bound on the expected risk of a learner of hard labels"
    return xr.Dataset(
        {
            "hard_bound_vc": labelled(vc, f"{words} by the VC dimension", "Blumer et al. (1989), Theorem A2.1"),
            "hard_bound_vc_useful_from": labelled(
                xr.DataArray(vc_useful_from(dim)),
                "smallest n at which the VC bound is below ½",
                "PL19 Sec. 4.2",
                "count",
            ),
            "hard_bound_margin": labelled(
                by_set,
                f"{words} of one point less, by support vectors and margin of each set",
                "Vapnik (1998), Theorem 10.5",
            ),
        }
    )


def _descended(experiment):
    """Students of the sweep that descent has trained for finitely many steps, beside their limits."""
    student, dataset = experiment.student("sweep"), experiment.dataset_of("sweep")
    angle = _angles(experiment, "sweep").sel(learner="distillation_descent", drop=True)
    weights = student["weights"].sel(learner="distillation_descent", drop=True)
    limit = student["weights"].sel(learner="distillation", drop=True)
    steps = experiment.settings["cells"]["sweep"]["descent_steps"]
    words = f"the student after {steps} steps of descent"
    group = xr.Dataset(
        {
            "descent_risk": labelled(_risk(angle, dataset), f"transfer risk of {words}", "PL19 Fig. 3"),
            "descent_distance": distance_to_limit(weights, limit, words),
        }
    )
    return group.isel(n_train=0, drop=True).transpose("kappa", "world")


def _gram(experiment):
    student, dataset = experiment.student("sweep"), experiment.dataset_of("sweep")
    angle = student["gram_angle"]
    risks = [
        RiskTable(dataset.attrs["dim"], law)(angle.isel(kappa=index).values)
        for index, law in enumerate(angle_laws(dataset))
    ]
    risk = angle.copy(data=np.stack(risks)).rename(n_train="gram_n_train")
    sets = angle.sizes["gram_set"]
    return xr.Dataset(
        {
            "risk_gram": labelled(
                risk.mean("gram_set"),
                f"transfer risk, mean of {sets} sets drawn by their Gram matrix",
                "PL19 Fig. 3",
            ),
            "risk_gram_se": labelled(
                risk.std("gram_set", ddof=1) / np.sqrt(sets),
                "standard error of the transfer risk over Gram sets",
                "PL19 Fig. 3",
            ),
            "gram_sets": labelled(xr.DataArray(sets), "number of sets drawn by their Gram matrix", "ours"),
        }
    )


def _approximate(experiment, sweep):
    """Students that are off by ε in the worst direction: turned away from the teacher as far as the distance allows."""
    perturbations = xr.DataArray(experiment.settings["perturbations"], dims="perturbation")
    dataset = experiment.dataset_of("sweep")
    sizes = sweep["n_train"].values
    angle = (sweep["angle"] + np.arcsin(perturbations)).transpose("perturbation", "n_train", "world", "kappa")
    bound = [
        [risk_bound(law, sizes, inflation=float(angle_inflation(ratio))) for law in angle_laws(dataset)]
        for ratio in perturbations.values
    ]
    words = "students at relative distance ε from the distilled one, turned away from the teacher"
    risk = labelled(_risk(angle, dataset), f"transfer risk of {words}", "PL19 Theorem D.1")
    bound = xr.DataArray(bound, dims=("perturbation", "kappa", "n_train"))
    group = xr.Dataset(
        {
            "risk_approximate": risk,
            "risk_bound_approximate": labelled(
                bound, f"bound on the expected transfer risk of {words}", "PL19 Theorem D.1"
            ),
        },
        coords={"perturbation": perturbations.values},
    )
    return group.rename(n_train="gram_n_train")


def _scaled(experiment):
    """Data crowded at the boundary, for which Corollary 2's constant c exceeds 1."""
    dataset = experiment.dataset_of("scaled")
    angle = _angles(experiment, "scaled").sel(learner="distillation", drop=True).isel(kappa=0)
    (law,) = angle_laws(dataset)
    sizes, constant = angle["n_train"].values, law.scale**law.kappa
    risk = angle.copy(data=angle_risk(angle.values, dataset.attrs["dim"], law))
    bounds = {
        "scaled_bound_printed": (
            polynomial_bound(sizes, law.kappa, constant),
            "Corollary 2's bound as printed, c > 1",
        ),
        "scaled_bound_proved": (
            polynomial_bound_proved(sizes, law.kappa, constant),
            "bound that Corollary 2's proof gives, c > 1",
        ),
        "scaled_bound_theorem": (risk_bound(law, sizes), "bound on the expected transfer risk of the same task"),
    }
    words = f"transfer risk on data crowded at the boundary, c = {law.scale:g}^{law.kappa:g}"
    group = xr.Dataset(
        {
            "scaled_risk": labelled(risk, words, "PL19 Corollary 2"),
            **{
                name: labelled(xr.DataArray(value, dims="n_train"), text, "PL19 Corollary 2")
                for name, (value, text) in bounds.items()
            },
        }
    )
    return group.rename(n_train="scaled_n_train", world="scaled_world").drop_vars("kappa", errors="ignore")


if __name__ == "__main__":
    run_measure(measure)
