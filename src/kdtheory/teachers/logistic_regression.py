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
    worlds: int


def train(settings: Settings, draw, dataset):
    """Train the teacher of each world on its own random half of the training images."""
    from sklearn.linear_model import LogisticRegression

    inputs, labels = inputs_of(dataset).values, dataset["label"].values
    training = np.flatnonzero(dataset["is_test"].values == 0)
    weights = np.empty((settings.worlds, inputs.shape[1]))
    seen = np.zeros((settings.worlds, len(labels)), dtype=np.int8)
    progress = Progress(settings.worlds, "teachers")
    for world in range(settings.worlds):
        half = draw(world).choice(training, len(training) // 2, replace=False)
        model = LogisticRegression(
            C=settings.inverse_regularisation, fit_intercept=False, tol=1e-8, max_iter=10_000, solver="lbfgs"
        ).fit(inputs[half], labels[half])
        if model.n_iter_[0] >= model.max_iter:
            raise RuntimeError(f"world {world}: logistic regression did not converge in {model.max_iter} iterations")
        weights[world], seen[world, half] = model.coef_[0], 1
        _log.info("world %d: training accuracy %.4f", world, model.score(inputs[half], labels[half]))
        progress.advance()
    return {"weights": weights, "seen": seen}


def export(settings: Settings, draw, dataset, checkpoints):
    """Export the logits of every world's teacher on all images, its length, and which images it was trained on."""
    inputs = inputs_of(dataset).values
    # One product a world: the bits of a common one depend on how many worlds there are.
    logits = np.stack([inputs @ weights for weights in checkpoints["weights"]])
    return xr.Dataset(
        {
            "logits": (("stopping_epoch", "split", "sample"), logits[None]),
            "seen": (("split", "sample"), checkpoints["seen"]),
            "weight_norm": ("split", np.linalg.norm(checkpoints["weights"], axis=1)),
            "sample_id": dataset["sample_id"],
        },
        coords={"stopping_epoch": [0]},
    )


if __name__ == "__main__":
    run_stage(train, export, libraries=("scikit-learn", "scipy"))
