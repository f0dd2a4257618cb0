"""The console command ``kdtheory``: configurations, plans and options."""

import json
import re
import sys
from pathlib import Path

import pytest

from kdtheory.study import plan

REPOSITORY = Path(__file__).parents[3]
CONFIG, SMOKE = REPOSITORY / "config.yaml", REPOSITORY / "workflow" / "presets" / "smoke.yaml"
RECORDS = json.loads((REPOSITORY / "docs" / "claims.json").read_text(encoding="utf-8"))
COMMAND = [sys.executable, "-m", "kdtheory"]


def test_check_counts_what_a_run_would_use(said):
    (line,) = said("check", CONFIG, SMOKE)
    config = plan.read([CONFIG, SMOKE])
    counts = ", ".join(f"{len(config[section])} {section}" for section in ("datasets", "teachers", "experiments"))
    assert line == f"{CONFIG} + {SMOKE}: {counts}, preset smoke, in results/smoke/"


def test_check_tells_where_a_run_has_its_files(said, tmp_path):
    assert said("check", CONFIG, "--folder", "results") == ["results"]
    mine = tmp_path / "mine.yaml"
    mine.write_text("seed: 1\n", encoding="utf-8")
    assert said("check", CONFIG, SMOKE, mine, "--folder", "logs") == ["logs/smoke"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("seed: -1", "seed: is -1, must be ≥ 0"),
        ("sed: 1", "sed: unknown key; did you mean 'seed'?"),
        ("seed: [", "mine.yaml:1: key seed: "),
        ("- seed", "mine.yaml:1: must be a block of keys"),
        ("", "mine.yaml:1: is empty, must be a block of keys"),
        (None, "mine.yaml: no such file"),
    ],
)
@pytest.mark.parametrize("command", ["check", "plan"])
def test_a_configuration_that_cannot_be_used_is_one_error(command, content, words, error, tmp_path):
    mine = tmp_path / "mine.yaml"
    if content is not None:
        mine.write_text(content, encoding="utf-8")
    assert words in error(command, CONFIG, mine)


@pytest.mark.slow
def test_the_plan_has_a_row_for_each_kind_of_job_and_takes_measured_rates(said, error, tmp_path):
    jobs = plan.jobs(plan.read([CONFIG]))
    lines = said("plan", CONFIG)
    assert [line.split()[0] for line in lines[2:-1]] == sorted({job.kind for job in jobs})
    assert lines[-1].split()[:2] == ["all", str(len(jobs))] and "not measured" in lines[-1]
    job = next(job for job in jobs if job.kind == "teachers/resnet")
    (tmp_path / job.benchmark).parent.mkdir(parents=True)
    (tmp_path / job.benchmark).write_text("s\tcpu_time\n9.0\t7200.0\n")
    (row,) = (line for line in said("plan", CONFIG, "--measured", tmp_path) if line.startswith(job.kind))
    assert row.split()[3] == "2"
    assert "no such folder" in error("plan", CONFIG, "--measured", tmp_path / "none")


@pytest.mark.parametrize(
    ("key", "headings"),
    [
        ("seed", {"seed"}),
        ("experiments.margin.cells.mine.n_train", {"experiments.margin.cells.<name>.n_train"}),
        (
            "experiments.margin",
            {f"experiments.margin.cells.<name>.{key}" for key in ("dataset", "teacher", "learners", "n_train")},
        ),
        ("limit_degrees", {"datasets.<name>.limit_degrees (kind margin)", "experiments.rates.margin.limit_degrees"}),
        (
            "datasets.margin",
            {
                f"datasets.<name>.{key} (kind margin)"
                for key in ("dim", "limit_degrees", "n_points", "worlds", "worlds_per_job")
            },
        ),
    ],
)
def test_options_finds_keys_by_their_beginning_or_end(key, headings, said):
    assert {line for line in said("options", key) if not line.startswith(" ")} == headings


def test_an_option_is_explained_with_type_source_meaning_and_value(said):
    lines = said("options", "datasets.margin_10.limit_degrees", "--config", CONFIG)
    assert lines[0] == "datasets.<name>.limit_degrees (kind margin)"
    assert lines[1] == "    number > 0, < 90; assumed"
    assert lines[2] == "    value: 75.0 (illustration_margin); 85.0 (margin_10, margin_100)"
    assert lines[3].startswith("    Largest angle θ₀ between a point and the teacher")
    assert len(lines) == 4


def test_options_without_a_key_are_all_and_an_unknown_key_is_an_error(said, error):
    tables, _ = (REPOSITORY / "docs" / "options.md").read_text(encoding="utf-8").split("## Assumptions")
    assert sum(not line.startswith(" ") for line in said("options")) == len(re.findall(r"^\| `", tables, re.MULTILINE))
    assert "did you mean n_train" in error("options", "n_trian")


def test_options_writes_the_page(said, tmp_path):
    assert said("options", "--config", CONFIG, "--output", tmp_path / "options.md") == []
    assert (tmp_path / "options.md").read_bytes() == (REPOSITORY / "docs" / "options.md").read_bytes()
