# What the rules share: the checked configuration, one thread a job, and the files that a job's code consists of.
import json
import sys

from snakemake.exceptions import WorkflowError

from kdtheory import config as study_config
from kdtheory import sources as study_sources

try:
    config.update(study_config.check(config))
except study_config.ConfigError as error:
    raise WorkflowError(f"config: {error}") from None

# One thread: a two-thread factorisation gives other bits than a one-thread one. Parallelism is over jobs.
shell.prefix(
    "set -euo pipefail; "
    "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1 "
    "XLA_FLAGS='--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1' "
    "PYTHONDONTWRITEBYTECODE=${{PYTHONDONTWRITEBYTECODE:-}} MPLBACKEND=agg; "
)

# Keys that choose a job's module or its input files; the others are its settings.
REFERENCES = {"kind", "dataset", "teacher", "cells", "datasets"}

EXPERIMENTS = sorted(config["experiments"])
CARDS = {name: study_config.schema(f"experiments/{name}.yaml") for name in EXPERIMENTS}


wildcard_constraints:
    dataset="[a-z][a-z0-9_]*",
    teacher="[a-z][a-z0-9_]*",
    experiment="[a-z][a-z0-9_]*",
    cell="[a-z][a-z0-9_]*",
    figure="[a-z0-9_]+",
    claim="[a-z0-9-]+",


def sources(module):
    """Files of ours that a module's code consists of, so that an edit reruns exactly the jobs that use it."""
    return [os.path.relpath(path) for path in study_sources.files_of(module)]


def block(*path):
    """The part of the configuration at a path of keys."""
    node = config
    for key in path:
        node = node[key]
    return node


def settings(*path):
    """A job's settings as JSON: the leaves of one block that are not names of its inputs."""
    return json.dumps({key: value for key, value in block(*path).items() if key not in REFERENCES})


def cells(experiment):
    """The cells of an experiment, by name."""
    return block("experiments", experiment).get("cells", {})


def datasets_of(experiment):
    """Names of the datasets that an experiment uses."""
    named = [cell["dataset"] for cell in cells(experiment).values()]
    return sorted({*named, *block("experiments", experiment).get("datasets", [])})


def logits_of(cell):
    """The logits that a cell's students read."""
    return f"results/teachers/{cell['teacher']}/logits/{cell['dataset']}.nc"

