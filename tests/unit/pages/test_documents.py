import doctest
import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml
from matplotlib.image import imsave

from kdtheory.claims.registry import PAPERS
from kdtheory.figures.registry import figures
from kdtheory.jobs import storage
from kdtheory.pages import documents
from kdtheory.pages.sections import sections
from kdtheory.study import config as study_config
from kdtheory.teachers.file import read_logits

REPOSITORY = Path(__file__).parents[3]
PAGES = [
    *("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"),
    *sorted(path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "docs").glob("*.md")),
]
CONFIG = study_config.check(yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8")))
CLAIM = {
    "id": "pl19-x", "paper": "PL19", "statement": "Risk of ŵ* falls | rises.", "reading": "strict", "quantity": "risk",
    "test": "every cell", "error_rate": None, "p_value": None, "p_against": None, "parts": [],
    "estimate": 0.5, "interval": [0.4, 0.6], "cells": 3,
    "refuted": 0, "kind": "order", "scope": "paper", "verdict": "holds", "figure": "pl19_fig1", "reason": "It does.",
}  # fmt: skip
FAULT = {
    "part": "faults",
    "fault": "a full disk | small",
    "answer": "nothing is `lost`",
    "tried": 10,
    "survived": 9,
    "lost": 1,
}
SECTIONS = {
    "README.md": ["findings", "presets"],
    "docs/claims.md": ["tally"],
    **{f"docs/claims-{paper}.md": ["claims"] for paper in PAPERS},
    "docs/coverage.md": ["coverage"],
    "docs/findings.md": ["findings"],
    "docs/gallery.md": ["figures"],
    "docs/power.md": ["power"],
    "docs/reliability.md": ["reliability", "soak", "damage"],
    "docs/cluster.md": ["plan"],
}
EMPTY = {
    page: "# Title\n\nkept\n\n" + "".join(f"<!-- generated: {name} -->\nstale\n<!-- end -->\n" for name in names)
    for page, names in SECTIONS.items()
}
TWO = "<!-- generated: claims -->\nstale\n<!-- end -->\n\nkept\n\n<!-- generated: figures -->\n<!-- end -->\n"


@pytest.mark.slow
def test_the_faults_become_a_table_with_a_sum():
    faults = [FAULT, {**FAULT, "lost": 0, "survived": 10}]
    lines = sections({"claims": [], "reliability": faults, "rates": {}, "freeze": {}})["docs/reliability.md"][
        "reliability"
    ].splitlines()
    assert lines[0] == "| fault | what happens | tried | survived | lost |"
    assert lines[2] == r"| a full disk \| small | nothing is `lost` | 10 | 9 | 1 |"
    assert lines[4] == "| **all** |  | **20** | **19** | **1** |"


@pytest.mark.slow
def test_damaged_files_become_a_table_with_the_memory_that_reading_took():
    record = {
        "part": "damage", "fault": "cube", "tried": 1000, "survived": 1000, "lost": 0, "refused": 990, "unchanged": 10,
        "memory_mb": 120, "memory_before_mb": 110,
    }  # fmt: skip
    kept = {"claims": [], "reliability": [FAULT, record, {**record, "fault": "dataset"}], "rates": {}, "freeze": {}}
    found = sections(kept)["docs/reliability.md"]
    assert found["damage"].splitlines()[2] == "| cube | 1,000 | 990 | 10 | 0 |"
    assert "| **all** | **2,000** | **1,980** | **20** | **0** |" in found["damage"]
    assert "at most 120 MB, of which 110 MB before" in found["damage"]
    assert found["soak"] == "No run is kept.\n" and "1,000" not in found["reliability"]


@pytest.mark.slow
def test_the_pages_alone_are_written_from_what_is_kept(finished):
    _, repository = finished
    with pytest.raises(FileNotFoundError, match=r"claims\.json: no such file; make docs"):
        documents.write_pages(repository)
    (repository / "docs" / "claims.json").write_text(json.dumps([CLAIM]), encoding="utf-8")
    (repository / "docs" / "rates.json").write_text(json.dumps({"students/kernel.points": 1e12}), encoding="utf-8")
    documents.write_pages(repository)
    assert "* 1 as printed: 1 holds\n" in _page(repository, "README.md")
    assert "| 10 | 9 | 1 |" in _page(repository, "docs/reliability.md")
    assert "| students/kernel.points | " in _page(repository, "docs/cluster.md")


@pytest.mark.slow
def test_a_finding_is_the_statement_the_verdict_and_the_clause_with_the_numbers():
    claim = {**CLAIM, "id": "jz20-thm1-printed", "verdict": "fails", "reason": "0.9 | 0.1; b"}
    kept = {"claims": [claim], "reliability": [], "rates": {}, "freeze": {}}
    lines = sections(kept)["README.md"]["findings"].splitlines()
    assert lines[-1] == r"* **fails**: Risk of ŵ\* falls \| rises. Measured: 0.9 \| 0.1. (`jz20-thm1-printed`)"


def test_claims_that_are_registered_and_not_kept_are_named(finished, monkeypatch):
    _, repository = finished
    assert documents.claims_not_kept(repository) == [CLAIM["id"]]
    (repository / "docs" / "claims.json").write_text(json.dumps([CLAIM]), encoding="utf-8")
    assert documents.claims_not_kept(repository) == []
    monkeypatch.setattr(documents, "claims", lambda: {"pl19-new": None, CLAIM["id"]: None, "ext-new": None})
    assert documents.claims_not_kept(repository) == ["pl19-new", "ext-new"]


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_somewhere(page):
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (REPOSITORY / page).parent.joinpath(target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_links_to_headings_lead_somewhere(page):
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]*)\)", text):
        there = (REPOSITORY / page).parent.joinpath(target).read_text(encoding="utf-8") if target else text
        headings = re.findall(r"^#+ (.*)$", there, flags=re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_sessions_print_what_they_say():
    page = (REPOSITORY / "docs" / "library.md").read_text(encoding="utf-8")
    sessions = re.findall(r"```pycon\n(.*?)```", page, flags=re.DOTALL)
    assert sessions
    test = doctest.DocTestParser().get_doctest("\n".join(sessions), {}, "library.md", "library.md", 0)
    outcome = doctest.DocTestRunner(verbose=False).run(test)
    assert outcome.attempted == len(re.findall("^>>>", page, flags=re.MULTILINE))
    assert not outcome.failed


def test_programs_of_the_pages_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    risk = xr.DataArray(
        [[[0.1, 0.3]], [[0.2, 0.2]]],
        dims=("kappa", "n_train", "world"),
        coords={"kappa": [0.5, 1.0], "n_train": [20]},
        attrs={"long_name": "transfer risk", "units": "1", "source": "PL19 Fig. 3"},
    )
    _write_cube(tmp_path / "results", CONFIG, {"linear/alignment": xr.Dataset({"risk": risk})})
    for page in ("README.md", "docs/run.md", "docs/cube.md", "docs/library.md"):
        text = (REPOSITORY / page).read_text(encoding="utf-8")
        programs = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
        assert programs and len(programs) == text.count("```python\n")
        for program in programs:
            exec(compile(program, page, "exec"), {})  # noqa: S102 (the page's own program)
    printed = capsys.readouterr().out
    assert "0.2" in printed and "transfer risk PL19 Fig. 3 default" in printed
    own = read_logits("my_teacher.nc")
    assert own.sizes == {"stopping_epoch": 1, "sample": 70_000}


def test_the_settings_of_a_teacher_of_ones_own_are_valid(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (REPOSITORY / "docs" / "run.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    changes = yaml.safe_load(settings)
    xr.Dataset(
        {"logits": (("stopping_epoch", "sample"), np.array([[1.0, -1.0, 2.0]])), "sample_id": ("sample", np.arange(3))},
        coords={"stopping_epoch": [0]},
    ).to_netcdf("my_teacher.nc", engine="h5netcdf")
    checked = study_config.check(_merged(CONFIG, changes))
    assert checked["experiments"]["bias"]["cells"]["chains"]["teacher"] == "mine"


def test_a_section_is_replaced_and_the_rest_is_kept():
    once = documents.with_sections(TWO, {"claims": "new\n", "figures": r"a \1 figure" + "\n"})
    assert once == TWO.replace("stale", "new").replace("figures -->\n", "figures -->\na \\1 figure\n")
    assert documents.with_sections(once, {"claims": "stale\n", "figures": ""}) == TWO


def test_a_missing_marker_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="generated: figures"):
        documents.with_sections(TWO.replace("generated: figures", "figures"), {"figures": ""})


@pytest.mark.slow
def test_a_noisy_drawing_becomes_a_small_image(tmp_path):
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 256, (260, 560, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    documents.shrink(tmp_path / "noise.png", tmp_path / "images" / "noise.png")
    with Image.open(tmp_path / "images" / "noise.png") as image:
        assert image.width / image.height == pytest.approx(560 / 260, rel=0.02)
        assert image.width > 200
    assert (tmp_path / "images" / "noise.png").stat().st_size < 150_000


def test_thin_lines_keep_their_colours(tmp_path):
    from PIL import Image

    drawing = np.full((600, 800, 3), 255, dtype=np.uint8)
    drawing[:300] = np.linspace(0, 255, 800).astype(np.uint8)[None, :, None]
    colours = [(0, 114, 178), (230, 159, 0), (0, 158, 115), (213, 94, 0), (204, 121, 167)]
    for index, colour in enumerate(colours):
        drawing[400 + 20 * index : 404 + 20 * index, 100:120] = colour
    Image.fromarray(drawing).save(tmp_path / "lines.png")
    documents.shrink(tmp_path / "lines.png", tmp_path / "small.png")
    with Image.open(tmp_path / "small.png") as image:
        shown = np.asarray(image.convert("RGB"), dtype=float)
    for index, colour in enumerate(colours):
        assert np.abs(shown[402 + 20 * index, 110] - colour).max() < 20


@pytest.mark.slow
def test_a_finished_study_becomes_documents(finished):
    results, repository = finished
    (repository / "docs" / "images").mkdir(parents=True)
    for other in ("pl19_gone", "bench"):
        (repository / "docs" / "images" / f"{other}.png").write_bytes(b"")
    documents.write_documents(results, CONFIG, repository)
    assert "* 1 as printed: 1 holds\n" in _page(repository, "README.md")
    assert "* [PL19](claims-pl19.md): 1 holds\n" in _page(repository, "docs/claims.md")
    row = r"| `pl19-x` | Risk of ŵ\* falls \| rises. | **holds** | It does. (Reading: strict.) |"
    assert row in _page(repository, "docs/claims-pl19.md") and row not in _page(repository, "docs/claims-jz20.md")
    assert "## PL19 Fig. 1\n" in _page(repository, "docs/gallery.md")
    assert "](images/pl19_fig1.png)\n" in _page(repository, "docs/gallery.md")
    for page in SECTIONS:
        assert "kept" in _page(repository, page) and "stale" not in _page(repository, page)
    files = {path.relative_to(repository).as_posix() for path in repository.rglob("*.*")}
    images = {"docs/images/bench.png", "docs/images/pl19_fig1.png"}
    assert files == {
        *SECTIONS,
        *images,
        *(f"docs/{name}.json" for name in ("claims", "freeze", "rates", "reliability")),
        "docs/options.md",
    }
    records = json.loads(_page(repository, "docs/claims.json"))
    assert records == json.loads((results / "claims.json").read_text(encoding="utf-8"))
    for page, contents in sections(documents.kept_in(repository)).items():
        assert documents.with_sections(_page(repository, page), contents) == _page(repository, page)


@pytest.mark.parametrize("missing", ["cube.nc", "claims.json", "figures/pl19_fig1.png"])
def test_a_missing_result_is_refused(finished, missing):
    results, repository = finished
    (results / missing).unlink()
    with pytest.raises(FileNotFoundError, match=missing):
        documents.write_documents(results, CONFIG, repository)
    assert _untouched(repository)


@pytest.mark.parametrize(
    ("change", "words"), [({"preset": "smoke"}, "preset smoke"), ({"seed": 1}, "another configuration")]
)
def test_results_of_another_scale_or_configuration_are_refused(finished, change, words):
    results, repository = finished
    _write_cube(results, {**CONFIG, **change}, {})
    with pytest.raises(ValueError, match=words):
        documents.write_documents(results, CONFIG, repository)
    assert _untouched(repository)


@pytest.mark.parametrize(
    ("change", "words"), [({"verdict": "not run"}, "not run: pl19-x"), ({"id": "pl19-y"}, "registered now")]
)
def test_incomplete_claims_are_refused(finished, change, words):
    results, repository = finished
    (entry,) = json.loads((results / "claims.json").read_text(encoding="utf-8"))
    (results / "claims.json").write_text(json.dumps([{**entry, **change}]), encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        documents.write_documents(results, CONFIG, repository)
    assert _untouched(repository)


@pytest.fixture
def finished(tmp_path, monkeypatch):
    """The results of a study with one claim and one figure, and a repository with the pages, their sections stale."""
    one_figure = {"pl19_fig1": figures()["pl19_fig1"]}
    monkeypatch.setattr(documents, "claims", lambda: {CLAIM["id"]: None})
    monkeypatch.setattr(documents, "figures", lambda: one_figure)
    monkeypatch.setattr("kdtheory.pages.sections.figures", lambda: one_figure)
    results, repository = tmp_path / "results", tmp_path / "repository"
    (results / "figures").mkdir(parents=True)
    (repository / "docs").mkdir(parents=True)
    for page, text in EMPTY.items():
        (repository / page).write_text(text, encoding="utf-8")
    (repository / "docs" / "reliability.json").write_text(json.dumps([FAULT]), encoding="utf-8")
    (repository / "docs" / "freeze.json").write_text("{}", encoding="utf-8")
    (results / "claims.json").write_text(json.dumps([CLAIM]), encoding="utf-8")
    imsave(results / "figures" / "pl19_fig1.png", np.ones((30, 40)))
    _write_cube(results, CONFIG, {})
    return results, repository


def _page(repository, page):
    return (repository / page).read_text(encoding="utf-8")


def _untouched(repository):
    """Whether the pages are as they were, and nothing was added."""
    files = {path.relative_to(repository).as_posix() for path in repository.rglob("*.*")}
    return files == {*SECTIONS, "docs/freeze.json", "docs/reliability.json"} and all(
        _page(repository, page) == EMPTY[page] for page in EMPTY
    )


def _write_cube(results, config, groups):
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = {"preset": config["preset"], "config": json.dumps(config)}
    storage.write_tree(tree, results / "cube.nc")


def _merged(block, changes):
    """What Snakemake makes of a configuration file over another: blocks merge key by key."""
    if not isinstance(changes, dict):
        return changes
    return {**block, **{key: _merged(block.get(key, {}), value) for key, value in changes.items()}}
