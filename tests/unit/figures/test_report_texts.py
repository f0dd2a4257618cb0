import re
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
import xarray as xr
import yte
from docutils.core import publish_parts

from kdtheory.figures.registry import figures
from kdtheory.jobs import storage
from kdtheory.pages.sections import readings

REPORT = Path(__file__).parents[3] / "workflow" / "report"
FIGURES = figures() | figures(own=True)


def rendered(template, **snakemake):
    # Snakemake's own settings of jinja, and a docutils that raises where Snakemake's would print into the page.
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    text = environment.from_string((REPORT / template).read_text(encoding="utf-8")).render(
        snakemake=SimpleNamespace(**snakemake)
    )
    return publish_parts(text, writer="html", settings_overrides={"halt_level": 2})["html_body"]


@pytest.mark.parametrize("preset", ["default", "smoke"])
def test_the_front_page_names_what_was_run(preset):
    page = rendered("study.rst", config={"preset": preset, "seed": 7, "experiments": {"deep": {}, "angle_law": {}}})
    assert f"<strong>{preset}</strong> with seed 7" in page
    assert "angle law, deep" in page
    assert "re-splits" not in page


def test_the_front_page_of_an_own_problem_says_that_its_worlds_are_resplits():
    page = rendered("study.rst", config={"preset": "own", "seed": 7, "experiments": {"mixing": {}}})
    assert "re-splits of one" in page and "problematic" not in page


@pytest.mark.parametrize("name", FIGURES)
def test_every_caption_is_sound_markup(name):
    page = rendered("figure.rst", params=SimpleNamespace(caption=FIGURES[name].caption))
    assert "problematic" not in page


@pytest.mark.parametrize("name", figures())
def test_a_caption_is_two_or_three_sentences(name):
    caption = figures()[name].caption
    ends = re.findall(r"(?<!\bFig)(?<!\beq)(?<!\bSec)[.?!](?= |$)", caption)
    assert 2 <= len(ends) <= 3 and 150 < len(caption) < 520


def test_every_figure_is_read_panel_by_panel_and_no_reading_is_left_over():
    # A figure that is added may go without.
    assert set(readings()) <= set(figures())
    assert all(len(readings()[name]) > len(figures()[name].caption) for name in readings())
    assert {name for name in figures() if name.startswith(("pl19_", "jz20_"))} <= set(readings())


def test_the_text_about_claims_is_sound_markup():
    assert "<em>not run</em>" in rendered("explorer.rst")


def test_metadata_are_texts_that_name_package_commit_and_libraries(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("snakemake.report.render_metadata", None)
    metadata = yte.process_yaml((REPORT / "metadata.yaml").read_text(encoding="utf-8"))
    assert all(isinstance(value, str) for value in metadata.values())
    assert metadata["package"].startswith("kdtheory ")
    assert "numpy" in metadata["libraries"]
    assert "not assembled" in metadata["scale"]


@pytest.mark.parametrize(("preset", "path"), [("default", "results/cube.nc"), ("smoke", "results/smoke/cube.nc")])
def test_metadata_are_of_the_preset_of_the_run(preset, path, tmp_path, monkeypatch):
    tree = xr.DataTree.from_dict({"a/b": xr.Dataset({"x": ("n", [1.0])})})
    tree.attrs = {"preset": preset, "config_digest": "0123"}
    storage.write_tree(tree, tmp_path / path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("snakemake.report.render_metadata", None)
    monkeypatch.setenv("KDTHEORY_PRESET", preset)
    metadata = yte.process_yaml((REPORT / "metadata.yaml").read_text(encoding="utf-8"))
    assert metadata["scale"] == preset and metadata["sha256 of the configuration"] == "0123"
