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
    sizes = students["n_train"].values
    epsilon = students.attrs["epsilon"]
    names = ("truth", "teacher", "correction", "perturbed")
    truth, teacher, change, perturbed = (students[f"{name}_coefficients"] for name in names)
    # The oracle of the truth has seen the whole transfer set, of which the students see a prefix.
    truth_norm = np.sqrt((truth**2).sum("n"))

    def product(one, other):
        return prefix_products(one, other).sel(n_train=sizes)

    gh, gt, tt, th = (
        product(truth, change),
        product(truth, teacher),
        product(teacher, teacher),
        product(teacher, change),
    )
    cosine = gt / (truth_norm * np.sqrt(tt))
    perturbed_cosine = product(truth, perturbed) / (truth_norm * np.sqrt(product(perturbed, perturbed)))
    inner, direction, slope = (
        xr.apply_ufunc(function, gh, gt, tt, th, *others)
        for function, others in (
            (correction_inner_product, ()),
            (correction_cosine, (product(truth, truth), product(change, change))),
            (cosine_derivative, (truth_norm,)),
        )
    )
    group = {
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
            (perturbed_cosine - cosine) / epsilon,
            f"finite difference of that cosine at a hard ratio of {epsilon:g}",
            "JZ20 Eq. 11",
        ),
        "cosine": (cosine, "cosine between a purely soft student's weight change and the truth's", "JZ20 Eq. 11"),
    }
    dims = ("truth", "teacher", "stopping_epoch", "n_train", "repeat")
    group = {name: labelled(values.transpose(*dims), words, source) for name, (values, words, source) in group.items()}
    words = f"norm of the truth's weight change, on {students.sizes['n']} points"
    return xr.Dataset(
        {
            **group,
            "truth_norm": labelled(truth_norm, words, "JZ20 Eq. 11"),
            "teacher_error": teacher_error(experiment, "main"),
        }
    )


if __name__ == "__main__":
    run_measure(measure)
