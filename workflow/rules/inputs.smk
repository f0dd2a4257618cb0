# What a job reads, and the parameters of its command, by its wildcards.
from kdtheory.claims import registry as claim_registry
from kdtheory.figures import registry as figure_registry
from kdtheory.study import own as study_own

# A study on a user's own problem has figures of its own, and statements in place of the papers' claims.
OWN = study_own.is_own(config)

FIGURES = {name: figure for name, figure in figure_registry.figures(own=OWN).items() if measurable(figure.reads)}

# Modules of claims, each with those of its claims that this configuration measures.
CLAIMS = {
    name: found
    for name, members in claim_registry.by_module(own=OWN).items()
    if (found := [claim for claim in members if measurable(claim.reads)])
}


def dataset_kind(wildcards):
    return block("datasets", wildcards.dataset, "kind")


def dataset_code(wildcards):
    return sources(f"kdtheory.tasks.{dataset_kind(wildcards)}")


def dataset_settings(wildcards):
    return settings(study_batches.settings(block("datasets", wildcards.dataset), int(wildcards.first)))


def problem_of(wildcards):
    """The user's file, for a dataset that is made of one."""
    return block("datasets", wildcards.dataset, "path") if dataset_kind(wildcards) == study_own.KIND else []


def images_of(wildcards):
    """The record of the fetched images, for a dataset that is made of them."""
    return [f"<results>/datasets/fetched/{name}.json" for name in image_sets_of(wildcards.dataset)]


def images_option(wildcards, input):
    """The command-line option by which a dataset is made of images."""
    return ["--images", *input.images] if input.images else []


def teacher_kind(wildcards):
    return block("teachers", wildcards.teacher, "kind")


def teacher_code(wildcards):
    return sources(f"kdtheory.teachers.{teacher_kind(wildcards)}")


def teacher_settings(wildcards):
    return settings(block("teachers", wildcards.teacher))


def training_set_of(teacher):
    """The dataset that a teacher is trained on: the one whose points its students see."""
    used = [cell for name in EXPERIMENTS for cell in cells(name).values() if cell["teacher"] == teacher]
    datasets = sorted({cell["dataset"] for cell in used})
    if len(datasets) != 1:
        raise WorkflowError(
            f"teachers.{teacher}: is used with {', '.join(datasets) or 'no dataset'}; a trained teacher must have one"
        )
    return datasets[0]


def training_data_of(wildcards):
    return f"<results>/datasets/{training_set_of(wildcards.teacher)}/{wildcards.first}.nc"


def teacher_file(wildcards):
    """What a teacher's logits are computed from: its checkpoints, or the user's own file."""
    if wildcards.teacher in TRAINED:
        return f"<results>/teachers/{wildcards.teacher}/checkpoints/{wildcards.first}.safetensors"
    return block("teachers", wildcards.teacher, "path") if teacher_kind(wildcards) == "file" else []


def checkpoints_option(wildcards, input):
    """The command-line option by which a trained teacher's logits are exported."""
    return ["--checkpoints", input.teacher] if wildcards.teacher in TRAINED else []


def cell_of(wildcards):
    """The cell that a student job computes."""
    return cells(wildcards.experiment)[wildcards.cell]


def student_of(wildcards):
    """The module that makes an experiment's students."""
    return CARDS[wildcards.experiment]["x-student"]


def student_code(wildcards):
    return sources(f"kdtheory.students.{student_of(wildcards)}")


def student_dataset(wildcards):
    return f"<results>/datasets/{cell_of(wildcards)['dataset']}/{wildcards.first}.nc"


def student_logits(wildcards):
    cell = cell_of(wildcards)
    return f"<results>/teachers/{cell['teacher']}/logits/{cell['dataset']}/{wildcards.first}.nc"


def student_settings(wildcards):
    """Without how many of the dataset's worlds a cell has: that chooses its batches, and shapes none."""
    cell = cell_of(wildcards)
    chooses = {"worlds"} & block("datasets", cell["dataset"]).keys()
    return settings({key: value for key, value in cell.items() if key not in chooses})


def key_of(wildcards):
    """What the random numbers of a student job depend on; the cells of a paired experiment share them."""
    paired = CARDS[wildcards.experiment].get("x-paired")
    return wildcards.experiment if paired else f"{wildcards.experiment}/{wildcards.cell}"


def measured_students(wildcards):
    return student_files(wildcards.experiment)


def measured_datasets(wildcards):
    return dataset_files(wildcards.experiment)


def measured_logits(wildcards):
    return logits_files(wildcards.experiment)


def analysis_code(wildcards):
    return sources(f"kdtheory.analysis.{wildcards.experiment}")


def analysis_settings(wildcards):
    return as_json(block("experiments", wildcards.experiment))


def group_of(wildcards):
    """The path in the cube of what an experiment measures."""
    return CARDS[wildcards.experiment]["x-group"]


def drawn_groups(wildcards):
    return groups_read(FIGURES[wildcards.figure].reads)


def figure_code(wildcards):
    return sources(f"kdtheory.figures.{wildcards.figure}")


def figure_question(wildcards):
    """The question that a figure answers, under which the report shows it."""
    return FIGURES[wildcards.figure].question


def figure_labels(wildcards):
    return figure_registry.labels(wildcards.figure, FIGURES[wildcards.figure])


def figure_caption(wildcards):
    return FIGURES[wildcards.figure].caption


def checked_groups(wildcards):
    """The groups that the claims of a module read, each once."""
    return groups_read(dict.fromkeys(group for claim in CLAIMS[wildcards.module] for group in claim.reads))


def claims_code(wildcards):
    modules = ("kdtheory.claims.check", f"kdtheory.claims.{wildcards.module}")
    return sorted({file for module in modules for file in sources(module)})


def drawn_or_written(wildcards):
    """The figures, and the explorer, that the results folder holds."""
    return [file for file in [*rules.figures.input, *rules.explore.output] if os.path.exists(file)]
