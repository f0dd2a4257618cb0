"""The perfect teacher: the dataset's own function as logits."""

from dataclasses import dataclass

import xarray as xr

from kdtheory.jobs.command import run_stage


@dataclass(frozen=True)
class Settings:
    """Settings of a truth teacher (study/schemas/teachers/truth.yaml)."""

    scale: float


def export(settings: Settings, draw, dataset):
    """Export ``scale`` times the dataset's functions, or times its ground truths in units of their spreads."""
    function = dataset["function"] if "function" in dataset else dataset["truth"] / dataset["truth_std"]
    logits = (settings.scale * function).expand_dims(stopping_epoch=[0])
    return xr.Dataset({"logits": logits, "sample_id": dataset["sample_id"]})


if __name__ == "__main__":
    run_stage(export)
