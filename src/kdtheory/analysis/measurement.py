"""What all measurements share: the command line, the files of an experiment, and the labels of its variables."""

import argparse
import json
from functools import cached_property, partial
from pathlib import Path

from kdtheory.jobs import log, provenance, records, storage
from kdtheory.jobs.seeds import generator


class Experiment:
    """The settings and files of one experiment; each file is read once.

    Parameters
    ----------
    block : dict
        The experiment's block of the configuration.
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the measurement.
    students, datasets, logits : dict
        Paths by cell name, by dataset name, and by (teacher, dataset).
    """

    def __init__(self, block, draw, students, datasets, logits):
        self.settings, self.draw = block, draw
        self._students, self._datasets, self._logits = students, datasets, logits
        self._contents = {}

    @cached_property
    def cells(self):
        """Names of the experiment's cells."""
        return list(self.settings["cells"])

    def student(self, cell):
        """What the students of a cell learned."""
        return self._read(self._students[cell])

    def dataset(self, name):
        """A dataset by its name."""
        return self._read(self._datasets[name])

    def dataset_of(self, cell):
        """The dataset of a cell."""
        return self.dataset(self.settings["cells"][cell]["dataset"])

    def logits_of(self, cell):
        """The teacher's logits on a cell's dataset."""
        settings = self.settings["cells"][cell]
        return self._read(self._logits[settings["teacher"], settings["dataset"]])

    def _read(self, path):
        if path not in self._contents:
            self._contents[path] = storage.read(path)
        return self._contents[path]

    def record(self, module, seed):
        """Return what shaped the measurement (`kdtheory.jobs.records`), with its part of the configuration."""
        files = [path for paths in (self._students, self._datasets, self._logits) for path in paths.values()]
        name = module.rsplit(".", 1)[-1]
        config = records.configuration(self.settings, name, seed, self._datasets, self._logits)
        record = records.record(module, name, self.settings, seed, files)
        return {**record, "config": json.dumps(config, sort_keys=True)}


def labelled(variable, long_name, source, units="1"):
    """Return a ``DataArray`` with the attributes that every variable of the cube carries.

    Parameters
    ----------
    variable : xarray.DataArray
    long_name : str
        What it is, in words; a figure's axis label may be made of it.
    source : str
        Paper and equation, theorem or figure.
    units : str
        "1" for a pure number.
    """
    return variable.assign_attrs(long_name=long_name, source=source, units=units)


def run_measure(measure, *, libraries=("scipy",)):
    """Run one measurement from the command line.

    Parameters
    ----------
    measure : callable
        ``measure(experiment: Experiment) -> xarray.Dataset``: the experiment's group of the cube.
    libraries : tuple of str
        Distributions whose versions shape the result.
    """
    log.run(partial(_main, measure, libraries))


def _main(measure, libraries):
    parser = argparse.ArgumentParser(description=(measure.__doc__ or "").partition("\n")[0])
    parser.add_argument("--group", required=True, help="path of the group in the cube")
    parser.add_argument(
        "--settings", required=True, type=Path, help="JSON file of the experiment's block of the configuration"
    )
    parser.add_argument("--seed", type=int, required=True, help="root seed of the study")
    for kind in ("students", "datasets", "logits"):
        parser.add_argument(f"--{kind}", nargs="*", default=[], help=f"files of {kind}")
    parser.add_argument("--output", required=True, help="file to write")
    arguments = parser.parse_args()
    experiment = Experiment(
        json.loads(arguments.settings.read_text(encoding="utf-8")),
        partial(generator, arguments.seed, arguments.group),
        {Path(path).stem: path for path in arguments.students},
        {Path(path).stem: path for path in arguments.datasets},
        {(Path(path).parents[1].name, Path(path).stem): path for path in arguments.logits},
    )
    group = measure(experiment)
    _check_labels(group)
    group = group.drop_attrs(deep=False).assign_attrs(group=arguments.group)
    stamp = {**provenance.stamp(*libraries), **experiment.record(records.module_of(measure), arguments.seed)}
    storage.write(group, arguments.output, stamp)


def _check_labels(group):
    for name, variable in group.data_vars.items():
        missing = [label for label in ("long_name", "units", "source") if not variable.attrs.get(label)]
        if missing:
            raise RuntimeError(f"variable {name} has no {', '.join(missing)}")
