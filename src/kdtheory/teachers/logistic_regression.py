"""Logistic regression on a random half of the training images; the other half is the transfer pool (PL19 Sec. 5.2)."""

import logging
from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.tasks.points import inputs_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Settings of a logistic-regression teacher (study/schemas/teachers/logistic_regression.yaml)."""

    inverse_regularisation: float
    splits: int


def train(settings: Settings, draw, dataset):
    """Train one teacher for each random half of the training images."""
    from sklearn.linear_model import LogisticRegression

    inputs, labels = inputs_of(dataset).values, dataset["label"].values
    training = np.flatnonzero(dataset["is_test"].values == 0)
    weights = np.empty((settings.splits, inputs.shape[1]))
    seen = np.zeros((settings.splits, len(labels)), dtype=np.int8)
    progress = Progress(settings.splits, "teachers")
    for split in range(settings.splits):
        half = draw(split).choice(training, len(training) // 2, replace=False)
        model = LogisticRegression(
            C=settings.inverse_regularisation, fit_intercept=False, tol=1e-8, max_iter=10_000, solver="lbfgs"
        ).fit(inputs[half], labels[half])
        if model.n_iter_[0] >= model.max_iter:
            raise RuntimeError(f"split {split}: logistic regression did not converge in {model.max_iter} iterations")
        weights[split], seen[split, half] = model.coef_[0], 1
        _log.info("split %d: training accuracy %.4f", split, model.score(inputs[half], labels[half]))
        progress.advance()
    return {"weights": weights, "seen": seen}


def export(settings: Settings, draw, dataset, checkpoints):
    """Export the logits of every split's teacher on all images, and which of them it was trained on."""
    weights = xr.DataArray(checkpoints["weights"], dims=("split", "axis"))
    logits = (
        xr.dot(inputs_of(dataset), weights, dim="axis").transpose("split", "sample").expand_dims(stopping_epoch=[0])
    )
    seen = (("split", "sample"), checkpoints["seen"])
    return xr.Dataset({"logits": logits, "seen": seen, "sample_id": dataset["sample_id"]})


if __name__ == "__main__":
    run_stage(train, export, libraries=("scikit-learn", "scipy"))
