import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import yaml

from kdtheory.figures import pl19_fig1, style
from kdtheory.figures.registry import figures, labels
from kdtheory.jobs import storage

REPOSITORY = Path(__file__).parents[3]
PL19 = {name: figure for name, figure in figures().items() if name.startswith("pl19_")}
each_figure = pytest.mark.parametrize("name", PL19)


def drawn(name, groups):
    draw = import_module(f"kdtheory.figures.{name}").draw
    figure = style.styled(draw)(*(groups[group] for group in PL19[name].reads))
    figure.canvas.draw()
    return figure


def texts(figure):
    return " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@each_figure
def test_a_figure_draws_from_ragged_groups_without_a_warning(name, groups):
    figure = drawn(name, groups)
    assert figure.axes
    for axes in figure.axes:
        assert axes.get_xlabel() or axes.get_shared_x_axes().get_siblings(axes) != [axes]
        assert np.all(np.isfinite([*axes.get_xlim(), *axes.get_ylim()]))
    assert not re.search(r"\b(nan|inf)\b", texts(figure))


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@each_figure
def test_a_figure_draws_from_a_single_world(name, groups):
    alone = {dim: [0] for dim in ("world", "growth_world", "scaled_world", "risk_world")}
    for group, dataset in groups.items():
        groups[group] = dataset.isel(alone, missing_dims="ignore")
    assert drawn(name, groups).axes


@pytest.mark.slow
@each_figure
def test_a_figure_reads_groups_that_experiments_make(name):
    cards = (REPOSITORY / "src/kdtheory/study/schemas/experiments").glob("*.yaml")
    made = {yaml.safe_load(card.read_text(encoding="utf-8"))["x-group"] for card in cards}
    assert set(PL19[name].reads) <= made


@each_figure
def test_a_figure_declares_itself_in_words(name):
    figure = PL19[name]
    assert labels(name, figure) == {"paper": "PL19", "shows": figure.shows}
    assert figure.question[0].isdigit()
    assert figure.caption.endswith(".")


def test_the_report_which_sorts_questions_as_text_has_them_in_their_order():
    questions = sorted({figure.question for figure in figures().values()})
    assert [int(question.split(".")[0]) for question in questions] == list(range(1, len(questions) + 1))


def test_declarations_are_read_without_heavy_imports():
    heavy = ["matplotlib", "xarray", "pandas", "scipy", "h5netcdf"]
    code = "import sys; from kdtheory.figures.registry import figures; figures(); "
    code += f"print([name for name in {heavy} if name in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


@pytest.mark.slow
def test_equal_data_give_equal_bytes_in_other_processes(groups, tmp_path):
    read = []
    for name in ("linear/monotonicity", "linear/monotonicity_settings"):
        read.append(tmp_path / f"{name.removeprefix('linear/')}.nc")
        storage.write(groups[name].assign_attrs(group=name), read[-1], {})
    written = []
    for seed in ("1", "2"):
        paths = [tmp_path / f"{seed}.{suffix}" for suffix in ("svg", "png")]
        command = [sys.executable, "-m", "kdtheory.figures.pl19_fig5", "--preset", "smoke"]
        command += ["--svg", paths[0], "--png", paths[1], *read]
        finished = subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stderr
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]
    assert b"<dc:date>" not in written[0][0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pl19_fig2", "pl19_theorem2"])
def test_drawing_twice_gives_the_same_bytes(name, groups, tmp_path):
    saved = []
    for attempt in "ab":
        paths = tmp_path / f"{attempt}.svg", tmp_path / f"{attempt}.png"
        style.save(drawn(name, groups), *paths, "default")
        saved.append([path.read_bytes() for path in paths])
    assert saved[0] == saved[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pl19_fig2", "pl19_theorem2"])
def test_the_last_bits_of_a_solved_layout_change_no_pixel(name, groups, tmp_path):
    saved = []
    for width in (1, 1 - 1e-12):
        figure = drawn(name, groups)
        figure.get_layout_engine().set(rect=(0, 0, width, 1))
        style.save(figure, tmp_path / "a.svg", tmp_path / "a.png", "default")
        saved.append([axis.get_position().bounds for axis in figure.axes] + [(tmp_path / "a.png").read_bytes()])
    assert saved[0] == saved[1]


@pytest.mark.slow
def test_a_reduced_scale_is_named_in_the_figure(groups, tmp_path):
    figure = drawn("pl19_fig5", groups)
    style.save(figure, tmp_path / "a.svg", tmp_path / "a.png", "smoke")
    assert "smoke scale" in texts(figure)


def test_tasks_are_found_by_name_in_any_order(groups):
    reordered = groups["linear/angle_law"].isel(task=[3, 0, 2, 1])
    titles = [axes.get_title(loc="left") for axes in style.styled(pl19_fig1.draw)(reordered).axes]
    assert titles[3:] == [""] * 3
    assert ["2" in titles[0], "75" in titles[1], "0.25" in titles[2]] == [True] * 3


@pytest.mark.parametrize(("kept", "panels"), [([0], 1), ([1], 1), ([2, 3], 2)])
def test_fewer_tasks_give_fewer_panels(kept, panels, groups):
    groups["linear/angle_law"] = groups["linear/angle_law"].isel(task=kept)
    # A cloud of points above each curve.
    assert len(drawn("pl19_fig1", groups).axes) == 2 * panels
    assert 1 <= len(drawn("pl19_fig2", groups).axes) <= panels


def test_a_task_of_no_known_family_is_an_error_that_names_the_group(groups):
    with pytest.raises(ValueError, match="linear/angle_law"):
        pl19_fig1.draw(groups["linear/angle_law"].isel(task=[0]).assign_coords(task=["other"]))


def test_parameters_are_read_from_names():
    assert pl19_fig1.parameters_of(["kappa 0.25", "margin 75°", "kappa 1e-05", "other"]) == {
        "kappa 0.25": ("kappa", 0.25),
        "margin 75°": ("margin", 75.0),
        "kappa 1e-05": ("kappa", 1e-5),
    }
