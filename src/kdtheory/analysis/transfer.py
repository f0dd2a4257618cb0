"""Measurement ``wide/transfer``: transfer risk of kernel students and the bound of JZ20 Theorem 1 (Fig. 2, S5, S6)."""

import numpy as np
import xarray as xr

from kdtheory.analysis import oracle_angles
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.printed_bound import counterexample
from kdtheory.analysis.sampled_errors import sample_size
from kdtheory.analysis.weight_growth import growth, prefix_products
from kdtheory.theory.inefficiency import octave_windows
from kdtheory.theory.norm_bounds import norm_bound, rademacher_bound

_DIMS = ("teacher_kind", "soft_ratio", "oracle_size", "n_train", "beta", "window", "world", "run")
# What is not a column of the cube: one epoch, one norm of the teacher.
_SINGLE = ("stopping_epoch", "teacher_norm")
# A teacher whose students are judged on many points has those with oracles in a cell of its own.
_ORACLE_CELL = "_oracle"


def measure(experiment):
    """Measure risk, angles to two kinds of oracles, the theorem's bounds, one student that exceeds Eq. 7, and p(β)."""
    cells = experiment.cells
    kinds = [cell for cell in cells if not cell.endswith(_ORACLE_CELL)]
    with_oracles = [kind + _ORACLE_CELL if kind + _ORACLE_CELL in cells else kind for kind in kinds]
    parts = [_measure_kind(experiment, *of_kind) for of_kind in zip(kinds, with_oracles, strict=True)]
    group = xr.concat(parts, dim=xr.Variable("teacher_kind", kinds), join="outer", combine_attrs="override")
    starts, ends = octave_windows(int(group["n_train"].max())).T
    group = group.drop_vars("window").assign_coords(window_start=("window", starts), window_end=("window", ends))
    group = group.transpose(*(dim for dim in _DIMS if dim in group.dims))
    # One dataset serves all teachers.
    return group.assign(oracle_test_points=sample_size(experiment, with_oracles[0]), **counterexample())


def _measure_kind(experiment, cell, oracle_cell):
    students, apart = (_single(experiment.student(name)) for name in (cell, oracle_cell))
    sizes = students["n_train"]
    grown = growth(students["coefficients"].isel(n=slice(students.attrs["n_transfer"])), "Fig. 2")
    # A teacher with fewer points has fewer windows.
    grown = grown.assign_coords(window=grown["window_start"].values).drop_vars(["window_start", "window_end"])
    zero = apart["zero_coefficients"]
    zero_norm = np.sqrt(prefix_products(zero, zero).sel(n_train=apart["n_train"]))
    angles = np.pi / 2 * (1 - np.linspace(1, 0, experiment.settings["angles"]) ** 2)
    independent = _independent_products(apart)
    beta = xr.DataArray(angles, dims="beta", coords={"beta": angles}).assign_attrs(units="rad")
    return xr.Dataset(
        {
            "risk": labelled(students["disagreement_teacher"], "transfer risk", "JZ20 Fig. 2 left"),
            "test_points": sample_size(experiment, cell),
            "oracle_risk": labelled(
                apart["disagreement_teacher"], "transfer risk on the oracle's test points", "JZ20 Theorem 1"
            ),
            **grown.sel(n_train=sizes),
            "zero_norm": labelled(zero_norm, "norm of the zero function's weight change", "JZ20 Sec. S5"),
            **_norm_bounds(apart),
            **_theorem(apart, independent, beta, "", "independent oracle"),
            **_theorem(apart, _nested_products(apart), beta, "_nested", "nested oracle"),
            **_by_sgd(apart),
            **_at_fresh_points(apart, independent.squared_distance()),
        }
    )


def _single(students):
    return students.squeeze([dim for dim in _SINGLE if dim in students.dims], drop=True)


def _norm_bounds(students):
    """Classical bounds by the norm of the weight change, by variable name; they are not cut at 1."""
    weights = students["coefficients"].isel(n=slice(students.attrs["n_transfer"]))
    sizes = students["n_train"]
    norm = np.sqrt(prefix_products(weights, weights).sel(n_train=sizes))
    mean_kernel = students["test_kernel"].mean("test")
    return {
        "norm_bound": labelled(norm_bound(norm, sizes), "weight change's norm over the root of n", "JZ20 Sec. 4, [1]"),
        "rademacher_bound": labelled(
            rademacher_bound(norm, mean_kernel, sizes),
            "bound by the Rademacher complexity of the ball with the weight change's norm",
            "JZ20 Sec. 3.2",
        ),
    }


def _by_sgd(students):
    """Angle and norm of oracles that have seen each point once, by SGD, by variable name."""
    student = students["coefficients"].isel(n=slice(students.attrs["n_transfer"]))
    projection = students["online_projection"].rename(n_transfer="n")
    sizes = students["n_train"]
    inner, square = (prefix_products(one, student).sel(n_train=sizes) for one in (projection, student))
    angle = oracle_angles.angle_between(inner, students["online_norm"] ** 2, square)
    words = "oracle by one pass of SGD"
    return {
        "online_angle": labelled(angle, f"angle of student and {words}", "JZ20 Sec. 3.1", "rad"),
        "online_norm": labelled(students["online_norm"], f"norm of the weight change, {words}", "JZ20 Sec. 3.1"),
    }


def _at_fresh_points(students, squared_distance):
    """Angles of features at points that the independent oracle has not seen, the transfer points, by variable name."""
    cosines = oracle_angles.feature_cosines(squared_distance, students["fresh_logit"], students["fresh_kernel"])
    cosines = cosines.rename(n_transfer="test").drop_vars("test", errors="ignore")
    smallest = np.arccos(np.minimum(np.abs(cosines).max("test"), 1.0))
    words = "at fresh points, independent oracle"
    return {
        "fresh_smallest_angle": labelled(
            smallest, f"smallest angle between features and oracle {words}", "JZ20 Sec. S6", "rad"
        ),
        "fresh_bound_linear": labelled(
            oracle_angles.linear_bound(cosines, students["n_train"]),
            f"bound of PL19 Theorem 3 with the angles {words}",
            "JZ20 Sec. 3.2",
        ),
    }


def _nested_products(students):
    """The oracle of size N is the student of the first N points, so that each student is its projection."""
    student, zero = students["coefficients"], students["zero_coefficients"]
    pairs = {
        "student_student": prefix_products(student, student),
        "zero_student": prefix_products(zero, student),
        "zero_zero": prefix_products(zero, zero),
    }
    sizes = students.attrs["n_transfer"] + students["oracle_size"]
    of_oracle = {name: values.sel(n_train=sizes).drop_vars("n_train") for name, values in pairs.items()}
    of_student = {name: values.sel(n_train=students["n_train"]) for name, values in pairs.items()}
    return oracle_angles.InnerProducts(
        oracle_oracle=of_oracle["student_student"],
        oracle_zero=of_oracle["zero_student"],
        zero_zero=of_oracle["zero_zero"],
        oracle_student=of_student["student_student"],
        zero_student=of_student["zero_student"],
        student_student=of_student["student_student"],
    )


def _independent_products(students):
    """The oracle has seen other points than the students, among them the test points."""
    student = students["coefficients"].isel(n=slice(students.attrs["n_transfer"]))
    oracle, zero = (students[name].rename(n_transfer="n") for name in ("oracle_projection", "zero_projection"))
    sizes = students["n_train"]
    return oracle_angles.InnerProducts(
        oracle_oracle=students["oracle_norm"] ** 2,
        oracle_zero=students["oracle_zero_inner"],
        zero_zero=students["zero_norm"] ** 2,
        oracle_student=prefix_products(oracle, student).sel(n_train=sizes),
        zero_student=prefix_products(zero, student).sel(n_train=sizes),
        student_student=prefix_products(student, student).sel(n_train=sizes),
    )


def _theorem(students, products, beta, suffix, oracle):
    """Everything about Theorem 1 with one kind of oracle, by variable name."""
    angle = products.angle_from_zero()
    group = {
        "angle": (angle, "signed angle of student and oracle from the zero function", "JZ20 Theorem 1", "rad"),
        "oracle_angle": (products.angle(), "angle of student and oracle", "JZ20 Fig. 2 right", "rad"),
        "oracle_norm": (np.sqrt(products.oracle_oracle), "norm of the oracle's weight change", "JZ20 Sec. 3"),
        "oracle_zero_norm": (
            np.sqrt(products.zero_zero), "norm of the zero function's weight change", "JZ20 Sec. S5",
        ),
        **_at_test_points(students, products.squared_distance(), angle, beta),
    }  # fmt: skip
    return {
        f"{name}{suffix}": labelled(values, f"{words}, {oracle}", source, *units)
        for name, (values, words, source, *units) in group.items()
    }


def _at_test_points(students, squared_distance, angle, beta):
    """Bounds and p(β), by variable name; NaN for an oracle that has not seen all test points, where it is inexact."""
    sizes = students["oracle_size"]
    exact = sizes[sizes >= students.sizes["test"]]
    if not exact.size:
        raise ValueError(
            f"oracle_size is {sizes.values}, one must be at least the {students.sizes['test']} test points"
        )
    angle = angle.sel(oracle_size=exact)
    cosines = oracle_angles.feature_cosines(
        squared_distance.sel(oracle_size=exact), students["test_target"], students["test_kernel"]
    )
    bound, printed = oracle_angles.bounds(cosines, angle)
    misclassified = (students["test_logit"] > 0) != (students["test_target"] > 0)
    group = {
        "risk_bound": (bound, "bound on the transfer risk with the signed angle", "JZ20 Theorem 1"),
        "risk_bound_printed": (printed, "bound on the transfer risk with the acute angle", "JZ20 Eq. 7"),
        "risk_bound_linear": (
            oracle_angles.linear_bound(cosines, students["n_train"]),
            "bound of PL19 Theorem 3 on the transfer risk",
            "JZ20 Sec. 3.2",
        ),
        "outside_region": (
            oracle_angles.outside_region(cosines, angle, misclassified),
            "misclassified test points outside the theorem's region",
            "JZ20 Theorem 1",
        ),
        "angle_survival": (
            oracle_angles.survival(cosines, beta),
            "probability of a larger angle between features and oracle",
            "JZ20 Eq. 6, Fig. 2 middle",
        ),
        "smallest_angle": (
            np.arccos(np.abs(cosines).max("test")), "smallest angle between features and oracle", "JZ20 Sec. S6", "rad",
        ),
    }  # fmt: skip
    return {name: (values.reindex(oracle_size=sizes), *label) for name, (values, *label) in group.items()}


if __name__ == "__main__":
    run_measure(measure)
