"""What a run refuses before any job, with one line: files, targets, variables, results of another preset."""

import re

import numpy as np
import pytest
import xarray as xr
from workflow.snakemake_study import LOGS, RESULTS, SMOKE, Study, output_of

from kdtheory.jobs import storage


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return Study.copied_to(tmp_path_factory.mktemp("gate") / "study")


def line_of(finished, beginning):
    assert finished.returncode != 0
    return next(line for line in output_of(finished).splitlines() if line.startswith(beginning))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("experiments:\n  mixing: {}\n  mixing: {}\n", "mine.yaml:3: key experiments.mixing: is written twice"),
        ("seed: 010\n", "mine.yaml:1: key seed: 010 is 8 in YAML 1.1 and 10 in YAML 1.2"),
        ("__use_yte__: true\nseed: 1\n", "mine.yaml:1: key __use_yte__: lets Snakemake run code"),
    ],
)
def test_a_file_that_snakemake_takes_is_refused_with_file_line_and_key(fresh, text, words):
    (fresh.folder / "mine.yaml").write_text(text)
    assert words in line_of(fresh.run("-n", "--configfile", "mine.yaml"), "config: ")


@pytest.mark.parametrize(
    ("target", "meant"),
    [("pl18", "pl19"), ("pl19_fig33", "results/figures/pl19_fig3.svg"), ("results/analysis/margn.nc", "margin.nc")],
)
def test_a_wrong_target_is_one_line_with_what_was_meant(fresh, target, meant):
    line = line_of(fresh.run("-n", target), "target ")
    assert "did you mean" in line and meant in line


def test_a_variable_that_no_job_could_use_stops_the_run(fresh):
    assert "KDTHEORY_DEVICE is 'tpu'" in line_of(fresh.run("-n", KDTHEORY_DEVICE="tpu"), "environment: ")


def a_result(path, preset):
    storage.write(xr.Dataset({"x": ("a", np.zeros(1))}), path, {"preset": preset})
    return path


def test_results_of_another_preset_are_neither_read_nor_replaced_unless_that_is_allowed(fresh):
    path = a_result(fresh.folder / "results/analysis/margin.nc", "smoke")
    line = line_of(fresh.run("-n"), "results: ")
    assert "margin.nc is of preset smoke, this run is of preset default" in line and "move results away" in line
    assert fresh.run("-n", KDTHEORY_MIXED_PRESETS="allow").returncode == 0
    assert "preset smoke" not in output_of(fresh.run("--cores", "1", "--unlock"))
    path.unlink()


def test_the_folder_of_a_preset_holds_no_results_of_another(fresh):
    path = a_result(fresh.folder / RESULTS / "analysis/margin.nc", "paper")
    line = line_of(fresh.run("-n", *SMOKE), "results: ")
    assert "margin.nc is of preset paper, this run is of preset smoke" in line and f"move {RESULTS} away" in line
    path.unlink()


def test_presets_share_no_file(fresh):
    def folders(*arguments):
        planned = fresh.run("-n", "--printshellcmds", *arguments)
        assert planned.returncode == 0, output_of(planned)[-5000:]
        return set(re.findall(r"(?<![\w/])(?:results|logs)/\w+", output_of(planned)))

    path = a_result(fresh.folder / "results/analysis/margin.nc", "default")
    assert folders(*SMOKE) == {RESULTS, LOGS}, "a run is not concerned with what lies beside its folder"
    path.unlink()
    path = a_result(fresh.folder / RESULTS / "analysis/margin.nc", "smoke")
    default = folders()
    assert {"results/cube", "results/analysis", "logs/analysis"} <= default
    assert not {RESULTS, LOGS} & default
    path.unlink()


def test_a_result_of_another_preset_is_no_target(fresh):
    path = a_result(fresh.folder / "results/analysis/margin.nc", "default")
    target = str(path.relative_to(fresh.folder))
    line = line_of(fresh.run("-n", *SMOKE, "--", target), "target ")
    assert line.startswith(f"target {target}: ") and line.endswith(f"did you mean {RESULTS}/analysis/margin.nc?")
    path.unlink()
