"""Linear teachers of norm 1 whose logits carry Gaussian noise."""

from dataclasses import dataclass

import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.points import inputs_of


@dataclass(frozen=True)
class Settings:
    """Settings of a noisy teacher (study/schemas/teachers/noisy.yaml)."""

    noises: list


def export(settings: Settings, draw, dataset):
    """Export the logits w*·x + σε of one teacher at several standard deviations σ, with the same ε for each."""
    clean = xr.dot(inputs_of(dataset), dataset["teacher_direction"], dim="axis")
    epsilon = clean.copy(data=draw("noise").standard_normal(clean.shape))
    noises = xr.DataArray([float(noise) for noise in settings.noises], dims="noise")
    logits = (clean + noises * epsilon).expand_dims(stopping_epoch=[0])
    return xr.Dataset({"logits": logits, "sample_id": dataset["sample_id"]}, {"noise": noises})


if __name__ == "__main__":
    run_stage(export)
