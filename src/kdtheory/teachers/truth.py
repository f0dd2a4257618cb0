"""The perfect teacher: the dataset's own function as logits."""

from dataclasses import dataclass

import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.risk_points import risk_decisions


@dataclass(frozen=True)
class Settings:
    """Settings of a truth teacher (study/schemas/teachers/truth.yaml)."""

    scale: float


def export(settings: Settings, draw, dataset):
    """Export ``scale`` times the dataset's functions, or times its ground truths in units of their spreads.

    Also their signs at the dataset's risk points, where it has any.
    """

    def logits_at(points):
        function = points["function"] if "function" in points else points["truth"] / points["truth_std"]
        return (settings.scale * function).expand_dims(stopping_epoch=[0])

    decisions = risk_decisions(dataset, logits_at)
    return xr.Dataset({"logits": logits_at(dataset), "sample_id": dataset["sample_id"], **decisions})


if __name__ == "__main__":
    run_stage(export)
