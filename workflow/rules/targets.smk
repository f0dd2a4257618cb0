# What the command line asks for is checked here: every rule and every name is known by now.
import os
import sys

from snakemake.cli import get_argument_parser
from snakemake.exceptions import WorkflowError

from kdtheory.study import targets as study_targets

NAMES = {
    "dataset": config["datasets"],
    "teacher": config["teachers"],
    "experiment": EXPERIMENTS,
    "cell": {cell for experiment in EXPERIMENTS for cell in cells(experiment)},
    "figure": FIGURES,
}


def batches_like(named):
    """The batches of the dataset behind a file, by the wildcards of its name."""
    if "cell" in named:
        cell = cells(named["experiment"]).get(named["cell"])
        return batches(cell["dataset"]) if cell else []
    return batches(named["dataset"] if "dataset" in named else training_set_of(named["teacher"]))


def makes(step, target):
    """Whether a step makes a file, whose wildcards are names and batches of this configuration."""
    if not step.is_producer(target):
        return False
    named = dict(step.get_wildcards(target).items())
    known = all(value in NAMES.get(name, [value]) for name, value in named.items())
    return known and ("first" not in named or named["first"] in batches_like(named))


def check_targets():
    """Refuse what no rule makes, before Snakemake looks for it in its own words."""
    known = list(workflow.rules)
    names = {step.name for step in known}
    for target in get_argument_parser().parse_args(sys.argv[1:]).targets:
        path = os.path.normpath(target)
        # A file that no rule makes may be given, but no result of another preset or of an earlier configuration.
        given = os.path.exists(path) and path.split(os.sep)[0] != "results"
        if target not in names and not given and not any(makes(step, path) for step in known):
            stages = (rules.datasets, rules.teachers, rules.students, rules.analysis, rules.figures, rules.claims)
            files = [str(file) for stage in stages for file in stage.input]
            files += [str(file) for step in known if not step.wildcard_names for file in step.output]
            raise WorkflowError(study_targets.suggestion(target, names, files))


if FIRST and os.path.basename(sys.argv[0]) in ("snakemake", "__main__.py"):
    check_targets()
