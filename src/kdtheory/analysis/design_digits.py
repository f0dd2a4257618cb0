"""Measurement ``linear/design_digits``: risk against n for transfer sets of MNIST digits that are designed."""

import numpy as np
import xarray as xr

from kdtheory.analysis.bias import disagreement_on_images
from kdtheory.analysis.measurement import labelled, run_measure


def measure(experiment):
    """Measure disagreement with the teacher on the test images for the students of every design and size."""
    weights = experiment.student("main")["weights"]
    risk = xr.concat(
        [
            disagreement_on_images(experiment, "main", weights.sel(design=design, drop=True))
            for design in weights["design"].values
        ],
        dim=weights["design"],
    )
    images = experiment.dataset_of("main")["is_test"].sum().astype(np.int64)
    return xr.Dataset(
        {
            "risk": labelled(risk, "transfer risk on the test images", "PL19 Sec. 6"),
            "test_images": labelled(images, "number of test images", "PL19 Sec. 5.2"),
        }
    )


if __name__ == "__main__":
    run_measure(measure)
