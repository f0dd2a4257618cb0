"""A tiny linear study in memory: datasets, logits and students of one experiment, ready to be measured."""

from functools import partial
from importlib import import_module

import pytest

from kdtheory.analysis.measurement import Experiment
from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.study import batches
from kdtheory.study.schema import schema
from kdtheory.teachers import linear

NAMES_OF_INPUTS = {"kind", "dataset", "teacher"}


def leaves(block):
    return {key: value for key, value in block.items() if key not in NAMES_OF_INPUTS}


@pytest.fixture
def study(tmp_path):
    """Return a function that makes the files of one experiment and the `Experiment` that reads them."""

    def make(name, block, datasets, norms=(1.0,)):
        files = {"students": {}, "datasets": {}, "logits": {}}

        def written(content, kind, key, batch):
            path = tmp_path / kind / str(key) / f"{batch}.nc"
            storage.write(content, path, {})
            files[kind].setdefault(key, []).append(path)

        for dataset, settings in datasets.items():
            task = import_module(f"kdtheory.tasks.{settings['kind']}")
            for first in batches.firsts(settings):
                made = task.Settings(**leaves(batches.settings(settings, first)))
                built = task.build(made, partial(generator, 1, dataset))
                written(built, "datasets", dataset, first)
                exported = linear.export(linear.Settings(norms=list(norms)), None, built)
                written(exported, "logits", ("unit", dataset), first)
        for cell, settings in block.get("cells", {}).items():
            student = import_module(f"kdtheory.students.{schema(f'experiments/{name}.yaml')['x-student']}")
            inputs = files["datasets"][settings["dataset"]], files["logits"]["unit", settings["dataset"]]
            for batch, paths in enumerate(zip(*inputs, strict=True)):
                learned = student.fit(
                    student.Settings(**leaves(settings)),
                    partial(generator, 1, f"{name}/{cell}"),
                    *map(storage.read, paths),
                )
                written(learned, "students", cell, batch)
        return Experiment(block, partial(generator, 1, name), **files)

    return make
