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


def makes(rule, target):
    """Whether a rule makes a file, whose wildcards are names of this configuration."""
    return rule.is_producer(target) and all(
        value in NAMES.get(name, [value]) for name, value in rule.get_wildcards(target).items()
    )


def check_targets():
    """Refuse what no rule makes, before Snakemake looks for it in its own words."""
    known = list(workflow.rules)
    names = {rule.name for rule in known}
    for target in get_argument_parser().parse_args(sys.argv[1:]).targets:
        path = os.path.normpath(target)
        if target not in names and not os.path.exists(path) and not any(makes(rule, path) for rule in known):
            stages = (rules.datasets, rules.teachers, rules.students, rules.analysis, rules.figures, rules.claims)
            files = [str(file) for stage in stages for file in stage.input]
            files += [str(file) for rule in known if not rule.wildcard_names for file in rule.output]
            raise WorkflowError(study_targets.suggestion(target, names, files))


if FIRST and os.path.basename(sys.argv[0]) in ("snakemake", "__main__.py"):
    check_targets()
