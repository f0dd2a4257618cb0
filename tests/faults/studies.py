"""A small study whose teacher trains long enough to be killed in: an undisturbed run, and copies to disturb."""

import yaml
from workflow.snakemake_study import RESULTS, SMOKE, Study

from kdtheory.study import configuration_files

LOGITS = f"{RESULTS}/teachers/network/logits/boundary/0000.nc"
TARGETS = [f"{RESULTS}/{name}" for name in ("analysis/mixing.nc", "analysis/margin.nc", "figures/pl19_fig1.svg")]
SETTINGS = [*SMOKE, "slow.yaml"]


def teacher_study(folder):
    """Copy the study, and write the settings of the slow teacher beside it."""
    study = Study.short(folder)
    epochs = [1, 4]
    planned = configuration_files.check([folder / "config.yaml", folder / SMOKE[1]])
    changes = {
        "teachers": {"network": {"train_points": 393216, "stopping_epochs": epochs}},
        "experiments": {
            name: {"cells": {cell: {"stopping_epochs": epochs[-len(seen) :]} for cell, seen in cells.items()}}
            for name, experiment in planned["experiments"].items()
            if (cells := _cells_of_the_network(experiment))
        },
    }
    (folder / "slow.yaml").write_text(yaml.safe_dump(changes))
    return study


def _cells_of_the_network(experiment):
    """The stopping epochs that the cells of an experiment see of the teacher ``network``."""
    cells = experiment.get("cells", {}).items()
    return {name: cell["stopping_epochs"] for name, cell in cells if cell.get("teacher") == "network"}


def agrees(found, expected, targets):
    """Whether a study has its targets, and nothing else than an undisturbed one but a failed run's list of claims."""
    differing = {name for name in found if found[name] != expected.get(name)}
    return set(targets) <= set(found) and differing <= {f"{RESULTS}/claims.json", f"{RESULTS}/claims.md"}
