"""Linear teachers w* = norm · (the dataset's teacher direction) (PL19 Sec. 3)."""

from dataclasses import dataclass

import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.points import inputs_of
from kdtheory.tasks.risk_points import risk_decisions


@dataclass(frozen=True)
class Settings:
    """Settings of a linear teacher (study/schemas/teachers/linear.yaml)."""

    norms: list


def export(settings: Settings, draw, dataset):
    """Export the logits w*·x of linear teachers of several norms, and their decisions at the dataset's risk points."""
    norms = xr.DataArray([float(norm) for norm in settings.norms], dims="teacher_norm")

    def logits_at(points):
        projections = xr.dot(inputs_of(points), points["teacher_direction"], dim="axis")
        return (norms * projections).expand_dims(stopping_epoch=[0])

    exported = {"logits": logits_at(dataset), "sample_id": dataset["sample_id"], **risk_decisions(dataset, logits_at)}
    return xr.Dataset(exported, {"teacher_norm": norms})


if __name__ == "__main__":
    run_stage(export)
