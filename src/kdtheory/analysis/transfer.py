"""Measurement ``wide/transfer``: transfer risk of kernel students and the bound of JZ20 Theorem 1 (Fig. 2, S5, S6)."""

import numpy as np
import xarray as xr

from kdtheory.analysis import oracle_angles
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.printed_bound import counterexample
from kdtheory.analysis.sampled_errors import sample_size
from kdtheory.analysis.weight_growth import growth, prefix_products

_DIMS = ("teacher_kind", "soft_ratio", "oracle_size", "n_train", "beta", "window", "world", "run")
# What is not a column of the cube: one epoch, one norm of the teacher.
_SINGLE = ("stopping_epoch", "teacher_norm")


def measure(experiment):
    """Measure risk, angles to two kinds of oracles, the theorem's bounds, one student that exceeds Eq. 7, and p(β)."""
    kinds = [_measure_kind(experiment, cell) for cell in experiment.cells]
    group = xr.concat(kinds, dim=xr.Variable("teacher_kind", experiment.cells), join="outer", combine_attrs="override")
    group = group.transpose(*(dim for dim in _DIMS if dim in group.dims))
    return group.assign(test_points=sample_size(experiment, experiment.cells[0]), **counterexample())


def _measure_kind(experiment, cell):
    students = experiment.student(cell)
    students = students.squeeze([dim for dim in _SINGLE if dim in students.dims], drop=True)
    sizes = students["n_train"]
    transfer = slice(students.attrs["n_transfer"])
    student, zero = students["coefficients"], students["zero_coefficients"]
    grown = growth(student.isel(n=transfer), "Fig. 2")
    zero_norm = np.sqrt(prefix_products(zero, zero).sel(n_train=sizes))
    angles = np.pi / 2 * (1 - np.linspace(1, 0, experiment.settings["angles"]) ** 2)
    beta = xr.DataArray(angles, dims="beta", coords={"beta": angles}).assign_attrs(units="rad")
    return xr.Dataset(
        {
            "risk": labelled(students["disagreement_teacher"], "transfer risk", "JZ20 Fig. 2 left"),
            **grown.sel(n_train=sizes),
            "zero_norm": labelled(zero_norm, "norm of the zero function's weight change", "JZ20 Sec. S5"),
            **_theorem(students, _independent_products(students), beta, "", "independent oracle"),
            **_theorem(students, _nested_products(students), beta, "_nested", "nested oracle"),
        }
    )


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
