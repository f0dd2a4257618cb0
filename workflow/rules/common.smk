# What the rules share: the checked configuration, one thread a job, and what each job reads.
import json

from snakemake.exceptions import WorkflowError

from kdtheory.study import config as study_config
from kdtheory.study import sources as study_sources

try:
    config.update(study_config.check(config))
except study_config.ConfigError as error:
    raise WorkflowError(f"config: {error}") from None

# One thread: a two-thread factorisation gives other bits than a one-thread one. Parallelism is over jobs.
shell.prefix(
    "set -euo pipefail; "
    "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1 MPLBACKEND=agg "
    "XLA_FLAGS='--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1'; "
)

EXPERIMENTS = sorted(config["experiments"])
CARDS = {name: study_config.schema(f"experiments/{name}.yaml") for name in EXPERIMENTS}
GROUPS = {CARDS[name]["x-group"]: name for name in EXPERIMENTS}

# Keys that choose a job's module or its input files; the others are its settings.
REFERENCES = {"kind", "dataset", "teacher", "cells", "datasets"}

# Epochs at which trained teachers are kept; one that is not trained by epochs has the epoch 0.
STOPPING_EPOCHS = {
    name: teacher.get("stopping_epochs", [0])
    for name, teacher in config["teachers"].items()
    if study_config.schema(f"teachers/{teacher['kind']}.yaml").get("x-trained")
}


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


def cell_of(wildcards):
    """The cell that a student job computes."""
    return cells(wildcards.experiment)[wildcards.cell]


def datasets_of(experiment):
    """Names of the datasets that an experiment uses."""
    named = [cell["dataset"] for cell in cells(experiment).values()]
    return sorted({*named, *block("experiments", experiment).get("datasets", [])})


def dataset_file(name):
    return f"results/datasets/{name}.nc"


def image_sets_of(*datasets):
    """Names of the image sets that some datasets are made of."""
    cards = [study_config.schema(f"datasets/{block('datasets', name, 'kind')}.yaml") for name in datasets]
    return sorted({card["x-images"] for card in cards if "x-images" in card})


def images_of(wildcards):
    """The record of the fetched images, for a dataset that is made of them."""
    return [f"results/datasets/fetched/{name}.json" for name in image_sets_of(wildcards.dataset)]


def dataset_kind(wildcards):
    return block("datasets", wildcards.dataset, "kind")


def teacher_kind(wildcards):
    return block("teachers", wildcards.teacher, "kind")


def training_data_of(wildcards):
    """The dataset that a teacher is trained on: the one whose points its students see."""
    used = [cell for name in EXPERIMENTS for cell in cells(name).values() if cell["teacher"] == wildcards.teacher]
    datasets = sorted({cell["dataset"] for cell in used})
    if len(datasets) != 1:
        raise WorkflowError(
            f"teachers.{wildcards.teacher}: is used with {', '.join(datasets) or 'no dataset'}; a trained teacher must have one"
        )
    return dataset_file(datasets[0])


def checkpoint_files(teacher, epochs):
    """The checkpoints of a trained teacher, one for each stopping epoch."""
    return [f"results/teachers/{teacher}/epoch-{epoch}.safetensors" for epoch in epochs]


def teacher_file(wildcards):
    """What a teacher's logits are computed from: its checkpoints, or the user's own file."""
    if wildcards.teacher in STOPPING_EPOCHS:
        return checkpoint_files(wildcards.teacher, STOPPING_EPOCHS[wildcards.teacher])
    return block("teachers", wildcards.teacher, "path") if teacher_kind(wildcards) == "file" else []


def checkpoints_option(wildcards, input):
    """The command-line option by which a trained teacher's logits are exported."""
    return ["--checkpoints", *input.teacher] if wildcards.teacher in STOPPING_EPOCHS else []


def logits_of(cell):
    """The logits that a cell's students read."""
    return f"results/teachers/{cell['teacher']}/logits/{cell['dataset']}.nc"


def student_of(wildcards):
    """The module that makes an experiment's students."""
    return CARDS[wildcards.experiment]["x-student"]


def key_of(wildcards):
    """What the random numbers of a student job depend on; the cells of a paired experiment share them."""
    paired = CARDS[wildcards.experiment].get("x-paired")
    return wildcards.experiment if paired else f"{wildcards.experiment}/{wildcards.cell}"


def one_of(names):
    """Some names as a wildcard constraint."""
    return "|".join(names) or "none"


def experiments_learnt_by(*students):
    """The experiments whose students are made by some modules, as a wildcard constraint."""
    return one_of(name for name in EXPERIMENTS if CARDS[name].get("x-student") in students)


def students_of(experiment):
    """The student files of an experiment; one that measures teachers alone has none."""
    if "x-student" not in CARDS[experiment]:
        return []
    return [f"results/students/{experiment}/{cell}.nc" for cell in cells(experiment)]


def group_file(experiment):
    return f"results/analysis/{experiment}.nc"


def measurable(reads):
    """Whether the configuration has the experiments whose groups a figure or claim reads."""
    return all(group in GROUPS for group in reads)


def groups_read(reads):
    """The group files that a figure or claim reads, in its order."""
    return [group_file(GROUPS[group]) for group in reads]


def jobs_behind(experiment):
    """Logs of the jobs that an experiment's group comes from, which say why it is missing."""
    used = list(cells(experiment).values())
    return [
        f"analysis/{experiment}",
        *(f"students/{experiment}-{cell}" for cell in cells(experiment)),
        *(f"datasets/{name}" for name in datasets_of(experiment)),
        *(f"datasets/fetched/{name}" for name in image_sets_of(*datasets_of(experiment))),
        *sorted({f"teachers/{cell['teacher']}" for cell in used}),
        *sorted({f"teachers/{cell['teacher']}-{cell['dataset']}" for cell in used}),
    ]


JOBS_BEHIND = json.dumps({group: jobs_behind(experiment) for group, experiment in GROUPS.items()})
