"""Batches of worlds joined along ``world`` give the group of all worlds to the bit, from datasets to groups."""

from functools import partial
from importlib import import_module

import pytest
import xarray as xr
from unit.analysis.feature_students import Files

from kdtheory.jobs.seeds import generator
from kdtheory.students.kernel import points
from kdtheory.students.kernel.targets import KINDS
from kdtheory.tasks import boundary, gaussian_mixture, uniform
from kdtheory.teachers import linear, truth

BOUNDARY = partial(boundary.Settings, 2, 6, 0.6, 0.15, n_points=12, n_test=10, n_oracle=6)
MIXTURE = partial(gaussian_mixture.Settings, 2, [1, 3], 1.0, ["fixed"], n_points=12, n_candidates=5)
CUBE = partial(uniform.Settings, dim=3, n_points=12)
TRUTH, LINEAR = truth.Settings(scale=2.0), linear.Settings(norms=[5.0])
SOFT = {"soft_ratios": [0.0, 0.9, 1.0], "temperature": 5.0, "hard_logit": 5.0, "stopping_epochs": [0]}
EXPERIMENTS = {
    "transfer": (boundary, BOUNDARY, LINEAR, "soft", {
        **SOFT, "labels": "teacher", "kept": ["disagreement", "oracle"], "oracle_sizes": [10, 16],
    }),
    "mixing": (boundary, BOUNDARY, TRUTH, "soft", {**SOFT, "labels": "teacher", "kept": ["coefficients"]}),
    "references": (boundary, BOUNDARY, TRUTH, "references", {
        "hard_logit": 5.0, "smoothing": 0.1, "kept": ["coefficients", "candidates"],
    }),
    "hard_labels": (boundary, BOUNDARY, TRUTH, "hard_labels", {
        "labels": ["teacher", "truth"], "hard_logits": [1.0, 5.0], "stopping_epochs": [0], "hard_steps": [2, 4],
        "step_share": 0.5, "oracle_sizes": [10, 16], "kept": ["norm", "hard_labels"], "runs": 1,
    }),
    "flow": (boundary, BOUNDARY, TRUTH, "tempered", {
        "labels": "teacher", "loss_scales": ["raw", "t_squared"], "soft_ratios": [0.5, 1.0], "temperatures": [2.0],
        "stopping_epochs": [0], "last_time": 1e6, "times": 9, "kept": ["flow"], "runs": 1,
    }),
    "modes": (gaussian_mixture, MIXTURE, TRUTH, "function", {"kept": ["coefficients", "candidates"]}),
    "plateaus": (uniform, CUBE, TRUTH, "plateaus", {"dims": [2, 3], "kept": ["coefficients"]}),
}  # fmt: skip


def students_of(name, worlds, first_world):
    task, settings, teacher, targets, cell = EXPERIMENTS[name]
    dataset = task.build(settings(worlds=worlds, runs=2, first_world=first_world), partial(generator, 1, "data"))
    exporting = linear if teacher is LINEAR else truth
    logits = exporting.export(teacher, None, dataset)
    settings = KINDS[targets](targets=targets, depth=1, n_train=[4, 12], **cell)
    return dataset, points.fit(settings, partial(generator, 1, "cell"), dataset, logits)


def group_of(name, dataset, students):
    cells = {"cells": {"main": {}}, "angles": 5}
    return import_module(f"kdtheory.analysis.{name}").measure(Files(cells, students, dataset))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_joined_batches_give_the_group_of_all_worlds(name):
    dataset, whole = students_of(name, 4, 0)
    batches = [students_of(name, 2, first)[1] for first in (0, 2)]
    joined = xr.concat(batches, dim="world", data_vars="minimal", join="exact", combine_attrs="override")
    assert whole["world"].values.tolist() == [0, 1, 2, 3]
    xr.testing.assert_identical(group_of(name, dataset, joined), group_of(name, dataset, whole))
