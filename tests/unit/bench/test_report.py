import json

import numpy as np
import pytest
from matplotlib.image import imread, imsave

from bench import report
from kdtheory.jobs import storage

MACHINE = {
    "processor": "A | processor", "architecture": "x86_64", "cores": 2, "memory_gib": 16, "load": 0.1,
    "threads": {"openblas": 2}, "python": "3.11", "versions": {}, "commit": "0123456789abcdef", "dirty": 1,
}  # fmt: skip


def entry(minimum, ratio, error, *, is_floor=False, extrapolated="", bytes=None):
    low, high = 0.9 * ratio, 1.1 * ratio
    times = {"seconds": [minimum], "minimum": minimum, "median": minimum, "ratio": ratio, "low": low, "high": high}
    return {**times, "error": error, "is_floor": is_floor, "extrapolated": extrapolated, "bytes": bytes}


def record(**contenders):
    heat = {"parameters": {"n": 10, "task": "fit"}, "error": "distance", "unit": "point", "per": 1000}
    heats = [{**heat, "matrix_bytes": 100, "contenders": {"ours": entry(0.002, 1, 2e-15, bytes=250), **contenders}}]
    return {"title": "Fits", "full": False, "machine": MACHINE, "heats": heats}


def cells(**contenders):
    """The row of a section's one table, without its input."""
    row = report.section({"fits": record(**contenders)}).splitlines()[-1]
    return [cell.strip() for cell in row.strip("|").split(" | ")][1:]


def test_a_table_names_machine_threads_and_commit():
    text = report.section({"fits": record()})
    assert "A \\| processor, 2 cores, 16 GiB; threads: openblas 2;" in text
    assert "commit `0123456789ab` with changes" in text
    assert "Errors: distance." in text


def test_our_own_time_is_absolute_and_others_are_ratios():
    assert cells(peer=entry(0.02, 10, 1e-9)) == [
        "1: 2.0 ms (2.0 µs per point)<br>error 2e-15<br>memory 2.5 matrices",
        "10 (9.0 to 11)<br>error 1e-09",
    ]


@pytest.mark.parametrize(
    ("ratio", "error", "shown"),
    [
        (0.5, 1e-9, "**0.50 (0.45 to 0.55)**<br>error 1e-09"),
        (3.0, 1e-16, "3.0 (2.7 to 3.3)<br>**error 1e-16**"),
        # Not slower in every round, not twice as exact.
        (0.96, 1.6e-15, "0.96 (0.86 to 1.1)<br>error 2e-15"),
    ],
)
def test_a_contender_that_is_ahead_of_ours_is_bold(ratio, error, shown):
    assert cells(peer=entry(0.002 * ratio, ratio, error))[1] == shown


def test_a_floor_shows_how_many_times_it_we_take():
    text = report.section({"fits": record(floor=entry(0.001, 0.5, None, is_floor=True))})
    assert "| times the floor |" in text
    assert "| 2.0 (1.8 to 2.2) |" in text


def test_an_extrapolated_time_says_so():
    assert cells(peer=entry(0.02, 10, 1e-9, extrapolated="2 points, scaled"))[1].endswith(
        "<br>extrapolated: 2 points, scaled"
    )


def test_heats_of_other_contenders_have_a_table_of_their_own():
    mixed = record(peer=entry(0.02, 10, 1e-9))
    mixed["heats"] += record(other=entry(0.02, 10, 1e-9))["heats"]
    text = report.section({"fits": mixed})
    assert text.count("| input |") == 2
    assert text.count("Errors:") == 2


def test_a_cluster_shows_speed_up_and_the_longest_chain():
    cluster = {
        "cores": [1, 4], "seconds": [100.0, 40.0], "seconds_with_scheduler": [150.0, 60.0], "critical_path": 30.0,
        "critical_rules": ["make", "fit"], "jobs": 10, "total": 100.0,
    }  # fmt: skip
    text = report.cluster_section({"study": {"title": "Study", "machine": MACHINE, "cluster": cluster}})
    assert "| 4 | 40 s | 2.5 | 60 s |" in text
    assert "`make`, `fit`, takes 30 s" in text


def test_growth_shows_exponents_beside_theory():
    curve = {
        "quantity": "kernel", "variable": "n", "unit": "s", "sizes": [512, 4096], "values": [1.0, 50.0],
        "theory": "2", "exponent": 1.9, "low": 1.8, "high": 2.0,
    }  # fmt: skip
    text = report.growth_section({"growth": {"title": "Growth", "machine": MACHINE, "curves": [curve]}})
    assert "| kernel | n | 512 to 4,096 | 1.90 (1.80 to 2.00) | 2 |" in text


@pytest.mark.parametrize(
    ("value", "shown"), [(12.3, "12 s"), (0.0123, "12 ms"), (4.56e-7, "460 ns"), (1.0, "1.0 s"), (1234.0, "1,200 s")]
)
def test_times_have_two_digits_and_a_unit(value, shown):
    assert report.seconds(value) == shown


def test_a_finished_benchmark_is_kept(tmp_path):
    results, repository = tmp_path / "results", tmp_path / "repository"
    (results / "bench").mkdir(parents=True)
    (repository / "docs").mkdir(parents=True)
    records = {"fits": record()}
    storage.write_json({"contests": records}, results / "bench.json")
    (results / "bench" / "bench.svg").write_text("<svg/>")
    imsave(results / "bench" / "bench.png", np.zeros((20, 3000, 3)))
    for page, sections in (("docs/performance.md", ["performance"]), ("docs/scaling.md", ["growth", "cluster"])):
        text = [f"before\n<!-- generated: {section} -->\nstale\n<!-- end -->\n" for section in sections]
        (repository / page).write_text("".join(text))
    report.keep(results, repository)
    page = (repository / "docs" / "performance.md").read_text()
    assert "stale" not in page and "**Fits.**" in page and "](images/bench.png)" in page
    assert "stale" not in (repository / "docs" / "scaling.md").read_text()
    assert (repository / "docs" / "images" / "bench.svg").read_text() == "<svg/>"
    assert imread(repository / "docs" / "images" / "bench.png").shape[1] == 1000
    assert json.loads((repository / "docs" / "bench.json").read_text())["contests"] == records


def test_a_changed_benchmark_is_refused(tmp_path):
    storage.write_json({"contests": {}}, tmp_path / "bench.json")
    (tmp_path / "bench.json").write_text((tmp_path / "bench.json").read_text().replace("{}", '{"a": 1}'))
    with pytest.raises(storage.CorruptFile):
        report.keep(tmp_path, tmp_path)
