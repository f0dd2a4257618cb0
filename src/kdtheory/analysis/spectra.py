"""Measurement ``wide/spectra``: what students learn when, in the basis of the kernel's eigenfunctions (JZ20 Sec. 4)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure

_VARIABLES = {
    "eigenvalue": ("geometric mean of the kernel's eigenvalues", "JZ20 Sec. 4"),
    "frequency": ("mean frequency of the eigenfunctions", "JZ20 Sec. 4.1", "rad"),
    "squared_deviation": ("largest deviation of learning time times eigenvalue from 1, squared loss", "JZ20 Sec. 4"),
    "energy": ("share of the effective logits' energy", "JZ20 Sec. 4.2"),
    "learning_time": ("time in which flow of the distillation loss learns", "JZ20 Sec. 4"),
    "squared_time": ("time in which flow of the squared loss learns", "JZ20 Sec. 4"),
}


def measure(experiment):
    """Measure energies and learning times by octaves of eigenfunctions, for each soft ratio and stopping epoch."""
    students = experiment.student("main")
    order = ("soft_ratio", "stopping_epoch", "octave", "world", "run")
    return xr.Dataset(
        {
            name: labelled(students[name].transpose(*order, missing_dims="ignore"), *words)
            for name, words in _VARIABLES.items()
        }
    )


if __name__ == "__main__":
    run_measure(measure)
