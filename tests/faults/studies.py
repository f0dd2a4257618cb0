"""A small study whose teacher trains long enough to be killed in: an undisturbed run, and copies to disturb."""

import yaml
from workflow.snakemake_study import SMOKE, Study

LOGITS = "results/teachers/network/logits/boundary/0000.nc"
TARGETS = ["results/analysis/mixing.nc", "results/analysis/margin.nc", "results/figures/pl19_fig1.svg"]
SETTINGS = [*SMOKE, "slow.yaml"]


def teacher_study(folder):
    """Copy the study, and write the settings of the slow teacher beside it."""
    study = Study.copied_to(folder)
    epochs = [1, 4]
    cells = {"main": {"stopping_epochs": epochs}}
    changes = {
        "teachers": {"network": {"train_points": 393216, "stopping_epochs": epochs}},
        "experiments": {
            **{name: {"cells": cells} for name in ("stopping", "imperfect", "correction")},
            "mixing": {"cells": {"main": {"stopping_epochs": epochs[1:]}}},
            "transfer": {"cells": {"network": {"stopping_epochs": epochs[1:]}}},
            "finite_width": {"cells": {name: {"stopping_epochs": epochs[1:]} for name in ("narrow", "medium", "wide")}},
        },
    }
    (folder / "slow.yaml").write_text(yaml.safe_dump(changes))
    return study
