# What the rules share: the checked configuration, one thread a job, and where each thing of the study is.
import json
import os

from snakemake.exceptions import WorkflowError

from kdtheory.study import batches as study_batches
from kdtheory.study import folders
from kdtheory.study import sources as study_sources
from kdtheory.study.schema import schema

config.update(checked(config))


# Paths begin with these: each preset has folders of its own.
pathvars:
    results=folders.folder_of(config["preset"], "results"),
    logs=folders.folder_of(config["preset"], "logs"),


RESULTS, LOGS = workflow.pathvars.get("results"), workflow.pathvars.get("logs")

# By this variable the metadata of a report, which this process reads, find the folder.
os.environ[records.PRESET] = config["preset"]


# One thread: a two-thread factorisation gives other bits than a one-thread one. Parallelism is over jobs.
shell.prefix(
    "set -euo pipefail; "
    "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1 MPLBACKEND=agg "
    "XLA_FLAGS='--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1'; "
    f"export KDTHEORY_PRESET={config['preset']}; "
)

EXPERIMENTS = sorted(config["experiments"])
CARDS = {name: schema(f"experiments/{name}.yaml") for name in EXPERIMENTS}
GROUPS = {CARDS[name]["x-group"]: name for name in EXPERIMENTS}

# Keys that choose a job's module or its input files; the others are its settings.
REFERENCES = {"kind", "dataset", "teacher", "cells", "datasets"}

# What the kind of each teacher that is trained says of it.
TRAINED = {
    name: card
    for name, teacher in config["teachers"].items()
    if (card := schema(f"teachers/{teacher['kind']}.yaml")).get("x-trained")
}


wildcard_constraints:
    dataset="[a-z][a-z0-9_]*",
    teacher="[a-z][a-z0-9_]*",
    experiment="[a-z][a-z0-9_]*",
    cell="[a-z][a-z0-9_]*",
    first="[0-9]{4,9}",
    figure="[a-z0-9_]+",
    module="[a-z0-9_]+",


def sources(module):
    """Files of ours that a module's code consists of, so that an edit reruns exactly the jobs that use it."""
    return [os.path.relpath(path) for path in study_sources.files_of(module)]


def block(*path):
    """The part of the configuration at a path of keys."""
    node = config
    for key in path:
        node = node[key]
    return node


def as_json(node, indent=""):
    """JSON with one line for each key: a job reads it from its standard input, a person below its command."""
    if not isinstance(node, dict):
        return json.dumps(node)
    lines = [f"{indent}  {json.dumps(key)}: {as_json(value, f'{indent}  ')}" for key, value in node.items()]
    return "\n".join(["{", ",\n".join(lines), f"{indent}}}"])


def settings(node):
    """A job's settings as JSON: the leaves of a block that are not names of its inputs."""
    return as_json({key: value for key, value in node.items() if key not in REFERENCES})


def one_of(names):
    """Some names as a wildcard constraint."""
    return "|".join(names) or "none"


def cells(experiment):
    """The cells of an experiment, by name."""
    return block("experiments", experiment).get("cells", {})


def datasets_of(experiment):
    """Names of the datasets that an experiment uses."""
    named = [cell["dataset"] for cell in cells(experiment).values()]
    return sorted({*named, *block("experiments", experiment).get("datasets", [])})


def image_sets_of(*datasets):
    """Names of the image sets that some datasets are made of."""
    cards = [schema(f"datasets/{block('datasets', name, 'kind')}.yaml") for name in datasets]
    return sorted({card["x-images"] for card in cards if "x-images" in card})


def batches(dataset, worlds=None):
    """How the files of each batch of a dataset are named, and those of what learns from it."""
    return study_batches.names(block("datasets", dataset), worlds)


def batches_of(cell):
    """The batches that a cell has, which are the first of its dataset."""
    dataset = cell["dataset"]
    return batches(dataset, study_batches.worlds_of_cell(cell, block("datasets", dataset)))


def dataset_files(experiment):
    """The files of all datasets of an experiment, in the batches that its cells have."""
    used = {(cell["dataset"], first) for cell in cells(experiment).values() for first in batches_of(cell)}
    used |= {(name, first) for name in block("experiments", experiment).get("datasets", []) for first in batches(name)}
    return [f"<results>/datasets/{name}/{first}.nc" for name, first in sorted(used)]


def logits_files(experiment):
    """The logits that the students of an experiment read."""
    used = {
        (cell["teacher"], cell["dataset"], first) for cell in cells(experiment).values() for first in batches_of(cell)
    }
    return [f"<results>/teachers/{teacher}/logits/{dataset}/{first}.nc" for teacher, dataset, first in sorted(used)]


def student_files(experiment):
    """The student files of an experiment; one that measures teachers alone has none."""
    if "x-student" not in CARDS[experiment]:
        return []
    return [
        f"<results>/students/{experiment}/{name}/{first}.nc"
        for name, cell in cells(experiment).items()
        for first in batches_of(cell)
    ]


def group_file(experiment):
    return f"<results>/analysis/{experiment}.nc"


def measurable(reads):
    """Whether the configuration has the experiments whose groups a figure or claim reads."""
    return all(group in GROUPS for group in reads)


def groups_read(reads):
    """The group files that a figure or claim reads, in its order."""
    return [group_file(GROUPS[group]) for group in reads]


def teachers_trained_on(device):
    """The teachers that are trained on a GPU where there is one, or never, as a wildcard constraint."""
    return one_of(name for name, card in TRAINED.items() if card.get("x-device", "cpu") == device)


def experiments_learnt_by(*students):
    """The experiments whose students are made by some modules, as a wildcard constraint."""
    return one_of(name for name in EXPERIMENTS if CARDS[name].get("x-student") in students)


def jobs_behind(experiment):
    """Logs of the jobs that an experiment's group comes from, which say why it is missing."""
    used = [(name, cell, first) for name, cell in cells(experiment).items() for first in batches_of(cell)]
    return [
        f"analysis/{experiment}",
        *(f"students/{experiment}-{name}/{first}" for name, cell, first in used),
        *(f"datasets/{name}/{first}" for name in datasets_of(experiment) for first in batches(name)),
        *(f"datasets/fetched/{name}" for name in image_sets_of(*datasets_of(experiment))),
        *sorted({f"teachers/{cell['teacher']}/{first}" for _, cell, first in used}),
        *sorted({f"teachers/{cell['teacher']}-{cell['dataset']}/{first}" for _, cell, first in used}),
    ]


JOBS_BEHIND = as_json({group: jobs_behind(experiment) for group, experiment in GROUPS.items()})
