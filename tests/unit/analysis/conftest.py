"""A tiny linear study in memory: datasets, logits and students of one experiment, ready to be measured."""

from functools import partial
from importlib import import_module

import pytest

from kdtheory.analysis.measurement import Experiment
from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.study.config import schema
from kdtheory.teachers import linear

NAMES_OF_INPUTS = {"kind", "dataset", "teacher"}


def leaves(block):
    return {key: value for key, value in block.items() if key not in NAMES_OF_INPUTS}


@pytest.fixture
def study(tmp_path):
    """Return a function that makes the files of one experiment and the `Experiment` that reads them."""

    def make(name, block, datasets, norms=(1.0,)):
        files = {"students": {}, "datasets": {}, "logits": {}}
        for dataset, settings in datasets.items():
            task = import_module(f"kdtheory.tasks.{settings['kind']}")
            built = task.build(task.Settings(**leaves(settings)), partial(generator, 1, dataset))
            exported = linear.export(linear.Settings(norms=list(norms)), None, built)
            files["datasets"][dataset] = tmp_path / f"{dataset}.nc"
            files["logits"]["unit", dataset] = tmp_path / f"logits-{dataset}.nc"
            storage.write(built, files["datasets"][dataset], {})
            storage.write(exported, files["logits"]["unit", dataset], {})
        for cell, settings in block.get("cells", {}).items():
            student = import_module(f"kdtheory.students.{schema(f'experiments/{name}.yaml')['x-student']}")
            learned = student.fit(
                student.Settings(**leaves(settings)),
                partial(generator, 1, f"{name}/{cell}"),
                storage.read(files["datasets"][settings["dataset"]]),
                storage.read(files["logits"]["unit", settings["dataset"]]),
            )
            files["students"][cell] = tmp_path / f"student-{cell}.nc"
            storage.write(learned, files["students"][cell], {})
        return Experiment(block, partial(generator, 1, name), **files)

    return make
