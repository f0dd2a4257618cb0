"""The study from one command: what it makes, what it repeats, and what it says of a bad configuration."""

import json
import re

import pytest
from workflow.snakemake_study import REPOSITORY, RESULTS, SMOKE, Study, output_of, planned_jobs

from kdtheory import open_cube
from kdtheory.pages.explorer.page import LIMIT
from kdtheory.study.schema import names, schema

# Names of the rules before an experiment's measurement, those of the kernel students excepted.
EARLIER = {
    "make_dataset", "train_teacher", "train_teacher_on_cpu", "export_logits", "fit_linear", "fit_deep_linear"
}  # fmt: skip
# Every rule of which the full study has jobs.
JOBS = EARLIER | {
    "fetch_images", "fit_kernel", "fit_image_kernel", "fit_network", "fit_resnet", "measure", "draw_figure",
    "check_claims", "collect_claims", "assemble_cube", "explore", "all",
}  # fmt: skip


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return Study.copied_to(tmp_path_factory.mktemp("fresh") / "study")


def test_a_dry_run_of_the_full_study_in_a_fresh_copy_plans_every_stage(fresh):
    finished = fresh.run("-n")
    assert planned_jobs(finished).keys() == JOBS


@pytest.mark.parametrize(
    ("target", "last_rule", "absent"),
    [
        ("datasets", "make_dataset", {"export_logits", "measure"}),
        ("teachers", "export_logits", {"fit_linear", "measure"}),
        ("students", "fit_linear", {"measure", "draw_figure"}),
        ("analysis", "measure", {"draw_figure", "check_claims"}),
        ("figures", "draw_figure", {"check_claims", "assemble_cube"}),
        ("claims", "check_claims", {"draw_figure", "assemble_cube"}),
        ("pl19", "draw_figure", {"assemble_cube", "collect_claims"}),
        ("results/datasets/cifar10_kernel/0000.nc", "fetch_images", {"export_logits", "measure"}),
        ("results/figures/pl19_fig3.svg", "draw_figure", {"fit_deep_linear", "train_teacher_on_cpu", "assemble_cube"}),
    ],
)  # fmt: skip
def test_one_stage_one_paper_or_one_figure_builds_what_it_needs_and_nothing_else(fresh, target, last_rule, absent):
    planned = planned_jobs(fresh.run("-n", target))
    assert absent <= JOBS, "no such rule"
    assert last_rule in planned
    assert not absent & planned.keys()


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("sed=1", ["sed", "did you mean 'seed'"]),
        ('datasets={"a;touch outside": {"kind": "gaussian"}}', ["a;touch outside", "lower-case"]),
        ('teachers={"../../outside": {"kind": "truth", "scale": 1.0}}', ["../../outside", "lower-case"]),
        ('experiments={"bias": {"cells": {"deltas": {"dataset": "a\\nb"}}}}', ["deltas.dataset", "a\\nb", "datasets"]),
        ("preset=$(touch outside)", ["preset", "$(touch outside)", "smoke"]),
        ("seed=many", ["seed", "many", "integer"]),
        ('experiments={"alignment": {"cells": {"sweep": {"n_train": [0]}}}}', ["n_train", "is 0", "≥ 1"]),
        ('datasets={"polynomial_sweep": {"kappas": [-1]}}', ["kappas", "is -1", "> 0"]),
        ('experiments={"bias": {"cells": {"deltas": {"deltas": []}}}}', ["deltas", "at least 1"]),
    ],
)
def test_a_bad_configuration_stops_the_run_before_any_job(fresh, override, words):
    finished = fresh.run("--cores", "1", "--config", override)
    assert finished.returncode != 0
    message = next(line for line in output_of(finished).splitlines() if line.startswith("config:"))
    for word in words:
        assert word in message
    assert not (fresh.folder / "results").exists() and not list(fresh.folder.glob("outside*"))


def test_the_smoke_study_makes_cube_figures_claims_and_report(smoke):
    results = smoke.folder / RESULTS
    cube = open_cube(results / "cube.nc")
    assert {node.path for node in cube.subtree if node.has_data} == {
        f"/{schema(f'experiments/{name}.yaml')['x-group']}" for name in names("experiments")
    }
    assert cube.attrs["preset"] == "smoke"
    assert json.loads(cube.attrs["config"])["preset"] == "smoke"
    for node in cube.subtree:
        for variable in node.data_vars.values():
            assert variable.attrs["long_name"] and variable.attrs["units"] and variable.attrs["source"]
    glossary = (REPOSITORY / "docs/glossary.md").read_text(encoding="utf-8").partition("## Dimensions of the cube")[2]
    assert {str(dim) for node in cube.subtree for dim in node.dims} <= set(re.findall(r"`(\w+)`", glossary))
    assert cube["linear/bias"]["test_images"] == 2115
    figures = {path.name for path in (results / "figures").iterdir()}
    expected = {f"pl19_{name}" for name in ("fig1", "fig2", "fig3", "fig4", "fig5", "theorem1", "theorem2", "bounds")}
    expected |= {f"jz20_{name}" for name in ("fig1", "fig2", "fig3", "fig4", "fig5", "theorem1", "theorem2")}
    expected |= {"ext_plateaus"}
    assert {f"{name}.{kind}" for name in expected for kind in ("svg", "png")} <= figures
    claims = json.loads((results / "claims.json").read_text())
    assert {entry["verdict"] for entry in claims} <= {
        "holds", "holds in part", "fails", "not decided at this scale", "equal to rounding", "not equal",
        "no oracle",
    }  # fmt: skip
    files = (results / "claims").glob("*.json")
    checked = [entry["id"] for file in files for entry in json.loads(file.read_text())["claims"]]
    assert sorted(checked) == sorted(entry["id"] for entry in claims)
    assert all(entry["id"] in (results / "claims.md").read_text() for entry in claims)

    assert (results / "explorer.html").stat().st_size <= LIMIT

    report = results / "report.html"
    made = smoke.run(*SMOKE, "--report", f"{RESULTS}/report.html", "--report-metadata", "workflow/report/metadata.yaml")
    assert made.returncode == 0, output_of(made)
    assert report.stat().st_size > 500_000


def test_cube_file_and_folder_of_groups_read_the_same(smoke):
    results = smoke.folder / RESULTS
    one, many = open_cube(results / "cube.nc"), open_cube(results / "analysis")
    for node in many.subtree:
        if node.has_data:
            assert node.to_dataset().equals(one[node.path].to_dataset())


def test_a_second_run_does_nothing(smoke):
    finished = smoke.run(*SMOKE, "--cores", "1")
    assert finished.returncode == 0
    assert "Nothing to be done" in output_of(finished)


def test_touching_a_source_file_reruns_nothing(smoke):
    for path in (smoke.folder / "src").rglob("*.py"):
        path.touch()
    assert planned_jobs(smoke.run(*SMOKE, "-n")) == {}


def test_editing_the_risk_reruns_exactly_what_uses_it(smoke):
    source = smoke.folder / "src/kdtheory/theory/risk.py"
    original = source.read_text()
    source.write_text(original + "\n# edited\n")
    try:
        finished = smoke.run(*SMOKE, "-n")
    finally:
        source.write_text(original)
    measured = {line.rpartition("Measure ")[2] for line in output_of(finished).splitlines() if ": Measure " in line}
    assert measured == {
        "alignment", "deep", "design", "margin", "monotonicity", "monotonicity_settings", "rates",
    }  # fmt: skip
    assert not EARLIER & planned_jobs(finished).keys()


def test_editing_one_soft_ratio_retrains_no_teacher_and_reruns_only_the_experiment_that_lists_it(smoke):
    (smoke.folder / "ratio.yaml").write_text(
        "experiments: {mixing: {cells: {main: {soft_ratios: [0.0, 0.6, 0.95, 1.0]}}}}\n"
    )
    finished = smoke.run(*SMOKE, "ratio.yaml", "-n")
    planned = planned_jobs(finished)
    assert planned["fit_kernel"] == 1 and planned["measure"] == 1, output_of(finished)
    assert "Measure mixing" in output_of(finished)
    assert not EARLIER & planned.keys()


def test_editing_one_number_reruns_only_the_experiments_that_list_it(smoke):
    config = 'experiments={"alignment": {"perturbations": [0.001]}}'
    planned = planned_jobs(smoke.run(*SMOKE, "-n", "--config", config))
    assert planned["measure"] == 1
    assert not EARLIER & planned.keys()
