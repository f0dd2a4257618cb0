"""The explorer in a real browser, from disk and inside a report of Snakemake."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from browser.obstacles import MODULES, obstacle
from samples import explorer

from kdtheory.pages.explorer.page import LIMIT
from kdtheory.statistics.means import mean

REPOSITORY = Path(__file__).parents[2]
SNAKEFILE = """
rule all:
    output: report("results/explorer.html", category="Explorer")
    shell: "python -m kdtheory explore results --output {output:q}"
"""
OPENED = "pl19-intro-lower-risk"


def _run(*command, folder):
    source = os.pathsep.join([str(REPOSITORY / "src"), os.environ.get("PYTHONPATH", "")])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PYTHONPATH": source, "PATH": path}
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr[-3000:]
    return finished.stdout


@pytest.fixture(scope="module")
def records():
    return explorer.records(json.loads((REPOSITORY / "docs" / "claims.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def folder(records, tmp_path_factory):
    """A study with its explorer and a report in a single file."""
    if reason := obstacle():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("study")
    explorer.study(folder, records, explorer.noise())
    (folder / "Snakefile").write_text(SNAKEFILE, encoding="utf-8")
    _run(sys.executable, "-m", "snakemake", "--cores", "1", folder=folder)
    _run(sys.executable, "-m", "snakemake", "--cores", "1", "--report", "report.html", folder=folder)
    return folder


@pytest.fixture(scope="module")
def seen(folder, record_testsuite_property):
    """What a walk through the page in Chromium saw."""
    files = [MODULES, shutil.which("chromium"), folder / "results" / "explorer.html", folder / "report.html"]
    found = json.loads(_run("node", str(REPOSITORY / "tests/browser/drive.mjs"), *map(str, files), folder=folder))
    for name, milliseconds in found["times"].items():
        record_testsuite_property(f"{name} ms", milliseconds)
    print("\nmedian ms:", ", ".join(f"{name} {value:.0f}" for name, value in found["times"].items()))
    return found


def test_nothing_is_requested_and_nothing_fails(seen):
    assert seen["requests"] == [] and seen["errors"] == []


def test_every_view_is_accessible(seen):
    assert len(seen["violations"]) == 6
    assert seen["violations"] == {name: [] for name in seen["violations"]}


def test_the_page_fits_into_a_data_address(folder):
    # Nearly full: the report, which holds it so, is tested with the largest page there is.
    assert 0.9 * LIMIT < (folder / "results" / "explorer.html").stat().st_size <= LIMIT


def test_claims_are_filtered_searched_and_sorted(seen, records):
    assert seen["all"] == [record["id"] for record in records]
    fails = [record["id"] for record in records if record["verdict"] == "fails"]
    assert seen["fails"]["ids"] == fails
    assert seen["fails"]["count"] == f"{len(fails)} of {len(records)} claims"
    assert f"PL19 ({sum(name.startswith('pl19') for name in fails)})" in seen["fails"]["papers"]
    assert seen["nothing"] == {"count": f"0 of {len(records)} claims", "ids": []}
    verdicts = {record["id"]: record["verdict"] for record in records}
    assert [verdicts[name] for name in seen["sorted"]] == sorted(verdicts.values())


def test_the_address_of_a_claim_opens_it(seen, records):
    record = next(record for record in records if record["id"] == OPENED)
    for text in (record["statement"], record["reading"], record["test"], "late", "seed 2", "at scale tiny"):
        assert text in seen["claim"]
    assert 'alignment = cube["linear/alignment"].to_dataset()' in seen["claim"]
    assert seen["closed"] is True


def test_a_link_of_a_claim_leads_to_its_data(seen):
    assert seen["followed"] == {"group": "wide/transfer", "tab": "Cube"}


def test_numbers_on_screen_are_those_of_the_cube(seen):
    # Numbers of the page, and the code that it shows for them, against the cube.
    risk = explorer.cube()["wide/transfer"]["risk"].sel(soft_ratio=0.125, teacher_kind="linear")
    estimate = mean(risk.mean("run").transpose("world", ...))
    heading, *rows = seen["cube"]["table"]
    assert seen["cube"]["value"] == "0.125" and heading == ["n_train", "mean", "low", "high"]
    assert [row[0] for row in rows] == list(map(str, explorer.SIZES))
    expected = np.array([estimate.value, *estimate.interval()]).T
    shown = [[float(text.replace("−", "-")) for text in row[1:]] for row in rows]
    np.testing.assert_allclose(shown, expected, rtol=6e-4)


def test_the_code_beside_the_plot_gives_the_same_numbers(seen, folder):
    printed = "print([each.tolist() for each in (estimate.value, low, high)])"
    given = json.loads(_run(sys.executable, "-c", f"{seen['cube']['code']}\n{printed}", folder=folder))
    shown = [[float(text.replace("−", "-")) for text in row[1:]] for row in seen["cube"]["table"][1:]]
    np.testing.assert_allclose(shown, np.array(given).T, rtol=6e-4)


def test_the_csv_holds_what_is_shown(seen):
    heading, *rows = csv.reader(seen["csv"].splitlines())
    assert heading == ["teacher_kind", "soft_ratio", "n_train", "mean", "low", "high"]
    assert [[float(text) for text in row[3:]] for row in rows] == [
        [float(text.replace("−", "-")) for text in row[1:]] for row in seen["cube"]["table"][1:]
    ]


def test_single_worlds_are_means_over_their_runs(seen):
    risk = explorer.cube()["wide/transfer"]["risk"].sel(soft_ratio=0.125).mean("run")
    heading, *rows = seen["worlds"]["table"]
    assert heading == ["n_train", "teacher_kind", "world", "risk"] and len(rows) == risk.size
    for size, kind, world, text in rows:
        expected = float(risk.sel(n_train=int(size), teacher_kind=kind, world=int(world)))
        assert float(text.replace("−", "-")) == pytest.approx(expected, rel=6e-4)


def test_the_run_is_told(seen):
    for text in ("tiny", "Versions", "numpy", "students", "n_train"):
        assert text in seen["run"]


def test_tabs_follow_the_arrow_keys_and_phones_need_no_sideways_scrolling(seen):
    assert seen["left"] == "Cube"
    assert max(seen["widths"]) <= 360


def test_the_report_shows_the_same_page(seen, records):
    assert seen["report"]["count"] == f"{len(records)} of {len(records)} claims"
    assert seen["report"]["table"][0][-3:] == ["mean", "low", "high"] and len(seen["report"]["table"]) > 1


def test_times_are_measured(seen):
    assert len(seen["updates"]) >= 20 and all(value > 0 for value in seen["times"].values())
