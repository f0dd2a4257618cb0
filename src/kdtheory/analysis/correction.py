"""Measurement ``wide/correction``: do hard labels turn the student towards the truth (JZ20 Theorem 2, Fig. 5 right)?"""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.sampled_errors import teacher_error
from kdtheory.analysis.weight_growth import prefix_products
from kdtheory.theory.correction import correction_cosine, correction_inner_product, cosine_derivative


def measure(experiment):
    """Measure Theorem 2's inner product, cosine and derivative, and the derivative by a finite difference."""
    students = experiment.student("main")
    words = f"norm of the truth's weight change, on {students.sizes['n']} points"
    return xr.Dataset(
        {
            **_of_the_correction(students),
            "truth_norm": labelled(_truth_norm(students).transpose("truth", "world", "run"), words, "JZ20 Eq. 11"),
            "teacher_error": teacher_error(experiment, "main"),
        }
    )


def _truth_norm(students):
    """‖Δw‖ of the truth's oracle, which has seen the whole transfer set; the students see a prefix of it."""
    return np.sqrt((students["truth_coefficients"] ** 2).sum("n"))


def _of_the_correction(students):
    """Variables of Theorem 2 by name, with their labels."""
    inner, direction, slope, cosine, difference = _terms(students)
    epsilon = students.attrs["epsilon"]
    variables = {
        "correction": (
            inner,
            "inner product of the weights that hard labels add with the correct direction",
            "JZ20 Fig. 5 right",
        ),
        "correction_cosine": (
            direction,
            "cosine between the weights that hard labels add and the correct direction",
            "JZ20 Theorem 2",
        ),
        "derivative": (
            slope,
            "derivative of the student's cosine to the truth with respect to the hard ratio",
            "JZ20 Eq. 12",
        ),
        "derivative_fd": (
            difference,
            f"finite difference of that cosine at a hard ratio of {epsilon:g}",
            "JZ20 Eq. 11",
        ),
        "cosine": (cosine, "cosine between a purely soft student's weight change and the truth's", "JZ20 Eq. 11"),
    }
    dims = ("truth", "stopping_epoch", "n_train", "world", "run")
    return {name: labelled(values.transpose(*dims), *labels) for name, (values, *labels) in variables.items()}


def _terms(students):
    """Theorem 2's inner product, cosine and derivative; the student's cosine to the truth and its finite difference."""
    names = ("truth", "teacher", "correction", "perturbed")
    truth, teacher, change, perturbed = (students[f"{name}_coefficients"] for name in names)
    truth_norm = _truth_norm(students)

    def product(one, other):
        return prefix_products(one, other).sel(n_train=students["n_train"].values)

    gh, gt = product(truth, change), product(truth, teacher)
    tt, th = product(teacher, teacher), product(teacher, change)
    inner, direction, slope = (
        xr.apply_ufunc(function, gh, gt, tt, th, *others)
        for function, others in (
            (correction_inner_product, ()),
            (correction_cosine, (product(truth, truth), product(change, change))),
            (cosine_derivative, (truth_norm,)),
        )
    )
    cosine = gt / (truth_norm * np.sqrt(tt))
    perturbed_cosine = product(truth, perturbed) / (truth_norm * np.sqrt(product(perturbed, perturbed)))
    return inner, direction, slope, cosine, (perturbed_cosine - cosine) / students.attrs["epsilon"]


if __name__ == "__main__":
    run_measure(measure)
