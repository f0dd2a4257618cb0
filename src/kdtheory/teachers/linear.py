"""Linear teachers w* = norm · (the dataset's teacher direction) (PL19 Sec. 3)."""

from dataclasses import dataclass

import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.points import inputs_of


@dataclass(frozen=True)
class Settings:
    """Settings of a linear teacher (study/schemas/teachers/linear.yaml)."""

    norms: list


def export(settings: Settings, draw, dataset):
    """Export the logits w*·x of linear teachers of several norms."""
    projections = xr.dot(inputs_of(dataset), dataset["teacher_direction"], dim="axis")
    norms = xr.DataArray([float(norm) for norm in settings.norms], dims="teacher_norm")
    logits = (norms * projections).expand_dims(stopping_epoch=[0])
    return xr.Dataset({"logits": logits, "sample_id": dataset["sample_id"]}, {"teacher_norm": norms})


if __name__ == "__main__":
    run_stage(export)
