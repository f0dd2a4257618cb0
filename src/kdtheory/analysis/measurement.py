"""What all measurements share: the command line, the files of an experiment, and the labels of its variables."""

import argparse
import json
from functools import cached_property, partial
from pathlib import Path

import xarray as xr

from kdtheory.analysis.coordinates import with_coordinates_described
from kdtheory.jobs import log, provenance, records, storage
from kdtheory.jobs.seeds import generator


class Experiment:
    """The settings and files of one experiment; each file is read once.

    What is stored in batches of worlds is read as one: along the dimension ``world``.

    Parameters
    ----------
    block : dict
        The experiment's block of the configuration.
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the measurement.
    students, datasets, logits : dict
        Paths of the batches in the order of their worlds, a list for each cell name, dataset name and
        (teacher, dataset).
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
        """The dataset of a cell, in the cell's worlds."""
        return self._worlds_of(cell, self.dataset(self.settings["cells"][cell]["dataset"]))

    def logits_of(self, cell):
        """The teacher's logits on a cell's dataset, in the cell's worlds."""
        settings = self.settings["cells"][cell]
        return self._worlds_of(cell, self._read(self._logits[settings["teacher"], settings["dataset"]]))

    def _worlds_of(self, cell, content):
        return content.isel(world=slice(self.settings["cells"][cell].get("worlds")), missing_dims="ignore")

    def _read(self, paths):
        key = tuple(paths)
        if key not in self._contents:
            self._contents[key] = joined_batches([storage.read(path) for path in paths])
        return self._contents[key]

    def record(self, module, seed):
        """Return what shaped the measurement (`kdtheory.jobs.records`), with its part of the configuration."""
        found = (self._students, self._datasets, self._logits)
        files = [path for batches in found for paths in batches.values() for path in paths]
        name = module.rsplit(".", 1)[-1]
        config = records.configuration(self.settings, name, seed, self._datasets, self._logits)
        record = records.record(module, name, self.settings, seed, files)
        return {**record, "config": json.dumps(config, sort_keys=True)}


def joined_batches(batches):
    """Return the batches of a file as one dataset.

    Parameters
    ----------
    batches : list of xarray.Dataset
        In the order of their worlds.

    Returns
    -------
    xarray.Dataset
        Variables with the dimension ``world`` are those of all batches, along it; attributes and the variables that
        have no worlds are those of the first batch.
    """
    first = batches[0]
    if len(batches) == 1:
        return first
    grown = [name for name, variable in first.data_vars.items() if "world" in variable.dims]
    joined = xr.concat([batch[grown] for batch in batches], dim="world", join="exact", combine_attrs="override")
    return first.drop_dims("world").merge(joined, join="exact", combine_attrs="override")


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
        parser.add_argument(f"--{kind}", nargs="*", default=[], help=f"files of {kind}, one for each batch of worlds")
    parser.add_argument("--output", required=True, help="file to write")
    arguments = parser.parse_args()
    experiment = Experiment(
        json.loads(arguments.settings.read_text(encoding="utf-8")),
        partial(generator, arguments.seed, arguments.group),
        _batches(arguments.students, lambda path: path.parent.name),
        _batches(arguments.datasets, lambda path: path.parent.name),
        _batches(arguments.logits, lambda path: (path.parents[2].name, path.parent.name)),
    )
    group = with_coordinates_described(measure(experiment))
    _check_labels(group)
    group = group.drop_attrs(deep=False).assign_attrs(group=arguments.group)
    stamp = {**provenance.stamp(*libraries), **experiment.record(records.module_of(measure), arguments.seed)}
    storage.write(group, arguments.output, stamp)


def _batches(paths, name_of):
    """The files of each name, in the order of their first worlds, after which they are called."""
    found = {}
    for path in sorted(map(Path, paths), key=lambda path: int(path.stem)):
        found.setdefault(name_of(path), []).append(path)
    return found


def _check_labels(group):
    for name, variable in group.data_vars.items():
        missing = [label for label in ("long_name", "units", "source") if not variable.attrs.get(label)]
        if missing:
            raise RuntimeError(f"variable {name} has no {', '.join(missing)}")
