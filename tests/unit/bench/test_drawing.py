import pytest

from bench import drawing


def heat(parameters, *minima):
    names = ("ours", "peer", "floor")
    contenders = {
        name: {"seconds": [t, 2 * t, 3 * t], "minimum": t, "median": 2 * t, "error": 1e-9, "is_floor": name == "floor"}
        for name, t in zip(names, minima, strict=False)
    }
    return {"parameters": parameters, "unit": None, "per": 1, "contenders": contenders}


@pytest.fixture
def records():
    curve = {"quantity": "kernel", "variable": "n", "unit": "s", "sizes": [1, 2, 4], "values": [1.0, 4.0, 16.0]}
    return {
        "infinite_kernel": {"heats": [heat({"n": n, "d": d}, n * d, 2 * n * d, n) for d in (2, 784) for n in (10, 20)]},
        "kernel_student": {"heats": [heat({}, 1.0, 5.0)]},
        "growth": {"curves": [{**curve, "exponent": 2.0, "theory": "2"}]},
    }


def test_time_is_drawn_against_size_with_the_floor_dashed(records):
    figure = drawing.draw(records)
    (panel,) = [axes for axes in figure.axes if "784" in axes.get_title("left")]
    lines = {container.get_label(): container[0] for container in panel.containers}
    assert list(lines) == ["ours", "peer", "floor"]
    assert lines["ours"].get_xydata().tolist() == [[10, 2 * 7840], [20, 2 * 15680]]
    assert lines["floor"].get_linestyle() == "--"
    assert lines["ours"].get_linestyle() == "-"


def test_only_contests_that_were_run_have_a_panel(records):
    titles = [axes.get_title("left") for axes in drawing.draw(records).axes if axes.axison]
    assert [title.split(",")[0] for title in titles] == [
        "A kernel student at its limit",
        "Infinite-width kernel",
        "Infinite-width kernel",
        "Growth of time",
    ]


@pytest.mark.slow
def test_the_figure_is_saved_in_both_formats(records, tmp_path):
    drawing.save(records, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bench.png", "bench.svg"]
