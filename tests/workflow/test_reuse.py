"""The workflow in other hands: as a module of another workflow, by the catalog's conventions, with a module added."""

import re
import shutil

import pytest
import yaml
from workflow.snakemake_study import REPOSITORY, Study, output_of, planned_jobs

# A workflow that takes over the rules of this one, and adds one of its own.
OUTER = """
configfile: "study.yaml"


module kdtheory:
    snakefile:
        "theory/Snakefile"
    config:
        config


use rule * from kdtheory{names}


rule mine:
    default_target: True
    input:
        "results/figures/pl19_fig1.svg",
    output:
        "mine.svg",
    shell:
        "cp {{input}} {{output}}"
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return Study.copied_to(tmp_path_factory.mktemp("reuse") / "study")


@pytest.mark.parametrize(("names", "prefix"), [("", ""), (" as theory_*", "theory_")])
def test_another_workflow_takes_over_all_rules_with_a_configuration_of_its_own(fresh, tmp_path, names, prefix):
    outer = Study(tmp_path / "outer")
    shutil.copytree(fresh.folder, outer.folder / "theory")
    (outer.folder / "Snakefile").write_text(OUTER.format(names=names))
    config = yaml.safe_load((fresh.folder / "config.yaml").read_text())
    del config["experiments"]["bias"]
    (outer.folder / "study.yaml").write_text(yaml.safe_dump(config))
    package = {"PYTHONPATH": str(outer.folder / "theory" / "src")}

    own = planned_jobs(outer.run("-n", **package))
    assert own == {"mine": 1, **{f"{prefix}{rule}": n for rule, n in
                                 {"draw_figure": 1, "measure": 1, "make_dataset": 2}.items()}}  # fmt: skip
    whole = planned_jobs(outer.run("-n", f"{prefix}all", **package))
    alone = planned_jobs(fresh.run("-n"))
    assert whole.keys() <= {f"{prefix}{rule}" for rule in alone}
    assert whole[f"{prefix}measure"] == alone["measure"] - 1


def test_another_workflow_names_the_folders_of_results_and_logs(fresh, tmp_path):
    outer = Study(tmp_path / "outer")
    shutil.copytree(fresh.folder, outer.folder / "theory")
    named = OUTER.replace("    config:", '    pathvars:\n        results="theirs",\n        logs="said",\n    config:')
    (outer.folder / "Snakefile").write_text(named.replace("results/figures", "theirs/figures").format(names=""))
    shutil.copy(fresh.folder / "config.yaml", outer.folder / "study.yaml")
    planned = outer.run("-n", "--printshellcmds", "collect_claims", PYTHONPATH=str(outer.folder / "theory" / "src"))
    assert planned_jobs(planned)["collect_claims"] == 1
    assert "claims.collect --output-folder theirs --logs said theirs/claims/" in output_of(planned)
    assert not re.search(r"[\s'](results|logs)/", output_of(planned))


def test_the_snakefile_where_the_catalog_looks_plans_the_same_jobs(fresh):
    def jobs(*arguments):
        return planned_jobs(fresh.run("-n", *arguments))

    assert jobs("--snakefile", "workflow/Snakefile") == jobs()


def test_the_catalog_finds_its_description_of_the_usage():
    described = yaml.safe_load((REPOSITORY / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert described["software-stack-deployment"] == {"conda": True} and described["report"] is True


def test_a_module_of_students_that_no_rule_names_is_fitted_without_an_edit_of_the_rules(fresh, tmp_path):
    study = Study(tmp_path / "study")
    shutil.copytree(fresh.folder, study.folder)
    package = study.folder / "src/kdtheory"
    shutil.copy(package / "students/linear/path.py", package / "students/mine.py")
    card = package / "study/schemas/experiments/convergence.yaml"
    card.write_text(card.read_text().replace("x-student: linear.path", "x-student: mine"))
    planned = planned_jobs(study.run("-n", "results/analysis/convergence.nc"))
    assert planned["fit_students"] == 2 and not any(rule in planned for rule in ("fit_linear", "fit_kernel"))


def test_a_teacher_of_any_name_is_trained_by_the_rule_for_the_device_of_its_kind(fresh, tmp_path):
    config = yaml.safe_load((fresh.folder / "config.yaml").read_text())
    changed = tmp_path / "mine.yaml"
    for old, rule in (("network", "train_teacher"), ("digits", "train_teacher_on_cpu")):
        cells = {
            (name, cell): block["teacher"]
            for name, experiment in config["experiments"].items()
            for cell, block in experiment.get("cells", {}).items()
        }
        (name, cell) = next(place for place, teacher in cells.items() if teacher == old)
        uses = {
            "teachers": {"mine": config["teachers"][old]},
            "experiments": {name: {"cells": {cell: {"teacher": "mine"}}}},
        }
        changed.write_text(yaml.safe_dump(uses))
        target = "results/teachers/mine/checkpoints/0000.safetensors"
        assert planned_jobs(fresh.run("-n", "--configfile", str(changed), "--", target))[rule] == 1
