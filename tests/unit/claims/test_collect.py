import json
import sys

import pytest

from kdtheory.claims import collect
from kdtheory.claims.finding import Finding, tally
from kdtheory.claims.registry import HOLDS, NOT_RUN, claims, record
from kdtheory.jobs import storage

CHECKED = "pl19-thm2-distance"


@pytest.fixture
def folder(tmp_path):
    """A results folder in which one claim was checked, and logs in which two jobs failed."""
    results = tmp_path / "results"
    entry = record(claims()[CHECKED], Finding(HOLDS, claims()[CHECKED].kind, "a | b\nc <d> w*"))
    storage.write_json({"claims": [entry]}, results / "claims" / "pl19_theorem2.json")
    for log, line in {
        "datasets/fetched/mnist": "mnist: no server answered",
        "students/deep-below": "bad start",
    }.items():
        path = tmp_path / "logs" / f"{log}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"12:00:00 working\nerror: {line}\n")
    return results


def collected(folder, jobs=None):
    files = sorted(folder.glob("claims/*.json"))
    return {entry["id"]: entry for entry in collect.collect(files, folder, folder.parent / "logs", jobs)}


def test_every_registered_claim_has_a_record_and_a_missing_one_says_what_it_needs(folder):
    records = collected(folder)
    assert list(records) == list(claims())
    assert records[CHECKED]["verdict"] == HOLDS
    missing = records["pl19-fig4-bias"]
    assert (missing["verdict"], missing["cells"]) == (NOT_RUN, 0)
    assert missing["reason"].startswith("needs linear/bias, which this run did not compute; ")
    assert "datasets/fetched/mnist: mnist: no server answered" in missing["reason"]


def test_only_errors_of_the_jobs_behind_a_group_are_its_reasons(folder):
    records = collected(folder, {"linear/bias": ["datasets/fetched/mnist"], "linear/deep": ["students/deep-below"]})
    assert "no server answered" in records["pl19-fig4-bias"]["reason"]
    assert "bad start" not in records["pl19-fig4-bias"]["reason"]
    assert "bad start" in records["pl19-eq73-norm"]["reason"]
    assert "error" not in records["pl19-fig3-alignment"]["reason"]
    assert records["pl19-fig3-alignment"]["reason"] == "needs linear/alignment, which this run did not compute"


def test_errors_of_other_presets_are_no_reasons(folder):
    before = collected(folder)
    log = folder.parent / "logs" / "smoke" / "datasets" / "fetched" / "mnist.log"
    log.parent.mkdir(parents=True)
    log.write_text("error: mnist: another run failed\n")
    assert collected(folder) == before


def test_a_claim_whose_data_exist_points_to_the_log_of_its_check(folder):
    (folder / "analysis").mkdir()
    for name in ("alignment", "margin", "monotonicity"):
        (folder / "analysis" / f"{name}.nc").touch()
    reason = collected(folder)["pl19-lemma1-angle"]["reason"]
    assert reason == f"was not checked, though its data exist ({folder.parent}/logs/claims/pl19_lemma1.log)"


def test_a_claim_that_was_not_checked_because_its_module_reads_a_missing_group_too_says_so(folder):
    (folder / "analysis").mkdir()
    for name in ("alignment", "margin"):
        (folder / "analysis" / f"{name}.nc").touch()
    reason = collected(folder)["pl19-lemma1-angle"]["reason"]
    words = "is checked with other claims, which need linear/monotonicity; this run did not compute it"
    assert reason.startswith(f"{words}; ")
    left_out = collected(folder, {"linear/alignment": [], "linear/margin": []})["pl19-lemma1-angle"]["reason"]
    assert left_out == f"was not checked, though its data exist ({folder.parent}/logs/claims/pl19_lemma1.log)"


def test_the_table_is_markdown_of_one_line_a_claim(folder):
    records = list(collected(folder).values())
    lines = collect.table(records).splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) == len(records)
    assert lines[0] == f"{len(records)} claims. {'; '.join(tally(records))}."
    (row,) = [row for row in rows if f"`{CHECKED}`" in row]
    assert r"a \| b c \<d> w\*" in row


def test_the_command_writes_both_files(folder, monkeypatch):
    file = folder / "claims" / "pl19_theorem2.json"
    options = ["--output-folder", str(folder), "--logs", str(folder.parent / "logs")]
    monkeypatch.setattr(sys, "argv", ["collect", str(file), *options])
    collect._main()
    records = json.loads((folder / "claims.json").read_text())
    assert [entry["id"] for entry in records] == list(claims())
    assert (folder / "claims.md").read_text() == collect.table(records)
