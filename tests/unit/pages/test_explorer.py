"""What the explorer holds: its numbers are those of the cube, and it stays under the limit."""

import base64
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from samples import explorer

from kdtheory.__main__ import main
from kdtheory.cube import open_cube
from kdtheory.pages.explorer import claims, groups, run
from kdtheory.pages.explorer.columns import Columns, rounded
from kdtheory.pages.explorer.page import LIMIT, page
from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.means import mean

KEPT = json.loads((Path(__file__).parents[3] / "docs" / "claims.json").read_text(encoding="utf-8"))
PLENTY = 1e9


def unpacked(text):
    """What the page's script reads from columns: numbers from three planes of bytes."""
    planes = np.frombuffer(gzip.decompress(base64.b64decode(text)), dtype=np.uint8).reshape(3, -1)
    mantissa = np.ascontiguousarray(planes[:2].T).view(">i2")[:, 0].astype(float)
    exponent = planes[2].astype(np.int8).astype(float)
    mantissa = np.where(np.abs(mantissa) == 32767, np.copysign(np.inf, mantissa), mantissa)
    mantissa[mantissa == -32768] = np.nan
    return mantissa * 10.0**exponent


def parts_of(content):
    """The data of a page, and its numbers."""
    data, columns = (re.search(rf'id="{name}">([^<]*)<', content)[1] for name in ("data", "columns"))
    return json.loads(gzip.decompress(base64.b64decode(data))), unpacked(columns)


def held(tree, room=PLENTY):
    """The variables of the groups by name, with their dimensions, and all numbers."""
    columns = Columns()
    described = groups.described(tree, columns, room)
    variables = {
        f"{group['name']}/{variable['name']}": (variable, group["dimensions"])
        for group in described
        for variable in group["variables"]
    }
    return variables, unpacked(columns.packed())


def shaped(variable, dimensions, numbers, at):
    shape = [len(dimensions[name]["values"]) for name in variable["dims"]]
    size = int(np.prod(shape))
    return [numbers[at + i * size : at + (i + 1) * size].reshape(shape) for i in range(3 if variable["world"] else 1)]


def test_numbers_keep_four_significant_digits():
    random = np.random.default_rng(1)
    values = random.normal(size=20000) * 10.0 ** random.integers(-100, 100, 20000)
    values[:9] = [0.0, 1.0, -5.0, 9999.6, 0.99995, -0.00099996, 1e-121, 123456.0, 1e-7]
    columns = Columns()
    assert [columns.append(values[:7]), columns.append(values[7:])] == [0, 7]
    found = unpacked(columns.packed())
    wanted = np.array([float(f"{value:.3e}") for value in values])
    wanted[6] = 0.0
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=0)


def test_numbers_that_are_missing_or_infinite_stay_so():
    found = Columns()
    found.append([np.nan, np.inf, -np.inf, -2.0])
    np.testing.assert_array_equal(unpacked(found.packed()), [np.nan, np.inf, -np.inf, -2.0])
    mantissa, exponent = rounded(np.array([250.0]))
    assert (mantissa.tolist(), exponent.tolist()) == ([2500], [-1])


def test_means_and_intervals_are_those_over_worlds_of_the_means_over_runs():
    tree = explorer.cube()
    variables, numbers = held(tree)
    variable, dimensions = variables["wide/transfer/risk"]
    assert (variable["dims"], variable["world"], variable["runs"], variable["count"]) == (
        ["teacher_kind", "soft_ratio", "n_train"], "world", True, 8,
    )  # fmt: skip
    estimate = mean(tree["wide/transfer"]["risk"].mean("run").transpose("world", ...))
    for found, wanted in zip(
        shaped(variable, dimensions, numbers, variable["at"]), (estimate.value, *estimate.interval()), strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=5e-4)


def test_single_worlds_are_those_of_the_cube():
    tree = explorer.cube()
    variables, numbers = held(tree)
    variable, _ = variables["wide/transfer/risk"]
    wanted = tree["wide/transfer"]["risk"].mean("run").values
    found = numbers[variable["worlds"] : variable["worlds"] + wanted.size].reshape(wanted.shape)
    np.testing.assert_allclose(found, wanted, rtol=5e-4)


def test_what_has_no_world_is_its_value_and_a_dimension_without_coordinate_is_named_by_those_beside_it():
    variables, numbers = held(explorer.cube())
    variable, dimensions = variables["linear/plain/slope"]
    assert (variable["world"], variable["worlds"]) == (None, None)
    (found,) = shaped(variable, dimensions, numbers, variable["at"])
    np.testing.assert_allclose(found, [0.1235, -1235000.0, 1e-9], rtol=1e-12)
    window = dimensions["window"]
    assert (window["labels"], window["labelled"], window["numeric"]) == (["1…2", "2…4", "4…8"], False, False)


@pytest.mark.parametrize("spread", [np.arange(1, 1025), np.linspace(0.0, np.pi, 201), list("ab") * 100])
def test_of_a_long_axis_128_places_are_kept_with_both_ends(spread):
    group = xr.Dataset({"y": ("n", np.arange(len(spread)))}, coords={"n": spread})
    kept = groups.places(group, "n")
    assert len(kept) == 128 and kept[0] == 0 and kept[-1] == len(spread) - 1
    assert (np.diff(kept) > 0).all()
    variables, numbers = held(xr.DataTree.from_dict({"a/b": group.astype({"y": float})}))
    _, dimensions = variables["a/b/y"]
    assert dimensions["n"]["positions"] == kept.tolist() and dimensions["n"]["size"] == len(spread)
    np.testing.assert_allclose(numbers[:128], kept, rtol=5e-4)


def test_sizes_that_span_ratios_are_kept_by_ratio():
    group = xr.Dataset(coords={"n": np.arange(1, 1025)})
    kept = groups.places(group, "n") + 1
    assert kept[:16].tolist() == list(range(1, 17))
    assert np.diff(np.log(kept[40:])).max() < 0.06


def test_an_infinite_world_leaves_the_others():
    values = np.array([[1.0, 2.0, np.inf], [1.0, 2.0, 3.0]])
    tree = xr.DataTree.from_dict({"a/b": xr.Dataset({"y": (("x", "world"), values)})})
    variables, numbers = held(tree)
    variable, dimensions = variables["a/b/y"]
    np.testing.assert_allclose(shaped(variable, dimensions, numbers, variable["at"])[0], [1.5, 2.0])
    assert numbers[variable["worlds"] + 2] == np.inf


@pytest.mark.slow
def test_the_page_stays_under_the_limit_and_leaves_out_what_is_large(tmp_path):
    content = page(xr.DataTree.from_dict(explorer.noise()), "cube.nc", KEPT, tmp_path)
    assert 0.8 * LIMIT < len(content.encode()) <= LIMIT
    data, _ = parts_of(content)
    variables = {(group["name"], each["name"]): each for group in data["groups"] for each in group["variables"]}
    assert all(each["worlds"] is not None for (_, name), each in variables.items() if name == "one")
    norms = [each for (_, name), each in variables.items() if name == "norm"]
    assert 0 < sum(each["at"] is not None for each in norms) < len(norms)
    assert all(each["worlds"] is None for each in norms)


@pytest.mark.slow
def test_the_page_of_a_study_needs_nothing_else_and_is_the_same_for_the_same_study(tmp_path):
    results = explorer.study(tmp_path, KEPT)
    replication = tmp_path / "docs" / "replication.json"
    for name in ("one", "other"):
        assert main(["explore", str(results), "-o", str(tmp_path / name), "--replication", str(replication)]) == 0
    content = (tmp_path / "one").read_text(encoding="utf-8")
    assert (tmp_path / "other").read_text(encoding="utf-8") == content
    assert "default-src 'none'" in content and "{{" not in re.sub(r"<script.*?</script>", "", content, flags=re.DOTALL)
    assert not re.search(r"""(src|href|action)\s*=\s*["']?[a-z]+:""", content)
    data, numbers = parts_of(content)
    assert data["path"] == str(results / "cube.nc") and data["figures"] == str(results / "figures")
    assert [claim["id"] for claim in data["claims"]] == [record["id"] for record in KEPT]
    assert data["claims"][1]["replication"] == [KEPT[1]["verdict"], "fails"]
    risk = next(each for each in data["groups"][1]["variables"] if each["name"] == "risk")
    estimate = mean(open_cube(results / "cube.nc")["wide/transfer"]["risk"].mean("run").transpose("world", ...))
    np.testing.assert_allclose(numbers[risk["at"] :][:24], estimate.value.ravel(), rtol=5e-4)


@pytest.mark.slow
def test_a_cube_alone_or_claims_alone_make_a_page(tmp_path):
    results = explorer.study(tmp_path, KEPT)
    (results / "claims.json").rename(tmp_path / "claims.json")
    assert main(["explore", str(results / "cube.nc"), "-o", str(tmp_path / "cube.html")]) == 0
    data, _ = parts_of((tmp_path / "cube.html").read_text(encoding="utf-8"))
    assert (data["claims"], len(data["groups"]), data["preset"]) == ([], 2, "tiny")
    (results / "cube.nc").unlink()
    arguments = ["--claims", str(tmp_path / "claims.json"), "-o", str(tmp_path / "claims.html")]
    assert main(["explore", str(results), *arguments]) == 0
    data, _ = parts_of((tmp_path / "claims.html").read_text(encoding="utf-8"))
    assert (len(data["claims"]), data["groups"]) == (len(KEPT), [])


@pytest.mark.parametrize(("path", "words"), [("none", "none: no such file"), ("", "holds neither a cube nor groups")])
def test_a_path_without_anything_is_one_error(tmp_path, capsys, path, words):
    (tmp_path / "smoke" / "analysis").mkdir(parents=True)
    with pytest.raises(SystemExit) as end:
        main(["explore", str(tmp_path / path), "-o", str(tmp_path / "page.html")])
    assert end.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line and "results/<preset>" in line and not (tmp_path / "page.html").exists()


def test_a_claim_has_its_declaration_its_cells_and_the_lines_that_fetch_its_data():
    first, *others = claims.described(explorer.records(KEPT), "my/cube.nc", {"verdicts": {KEPT[0]["id"]: ["holds"]}})
    assert (first["section"], first["groups"], first["experiments"]) == ("1", ["linear/alignment"], ["alignment"])
    assert first["code"].splitlines()[-2:] == [
        'cube = open_cube("my/cube.nc")', 'alignment = cube["linear/alignment"].to_dataset()',
    ]  # fmt: skip
    assert first["replication"] == ["holds"] and others[0]["replication"] == []
    estimates = Estimate([0.5, 1.5], [0.1, 0.25], 7.0, [0.2, 0.0])
    low, high = estimates.interval(0.9)
    assert [row[0] for row in first["strip"]] == [0, 2]
    np.testing.assert_allclose([row[1:] for row in first["strip"]], np.array([[0.5, 1.5], low, high]).T, rtol=5e-4)
    assert [part["name"] for part in first["parts"]] == ["early", "late"]
    assert "p_value" in first["numbers"] and None not in first["numbers"].values()


def test_a_claim_that_is_no_longer_declared_keeps_its_record():
    (found,) = claims.described([{"id": "pl19-gone", "statement": "s", "verdict": "holds", "reason": "r"}], "cube.nc")
    assert (found["section"], found["groups"], found["strip"], found["numbers"]) == ("", [], [], {})


def test_the_run_tells_configuration_and_costs(tmp_path):
    results = explorer.study(tmp_path, KEPT)
    told = run.described(explorer.cube().attrs, results / "benchmarks")
    assert told["facts"] == {"preset": "tiny", "root seed": "3"}
    assert told["configuration"]["seed"] == "3" and "n_train: [4, 16, 64, 256]" in told["configuration"]["experiments"]
    assert told["jobs"] == [
        {"stage": "students", "job": "sample-main", "seconds": 2.5, "processor": 2.0, "memory": 310.0},
        {"stage": "students", "job": "sample-short", "seconds": 0.1, "processor": None, "memory": None},
    ]
    assert run.described({}, tmp_path / "none")["jobs"] == []
