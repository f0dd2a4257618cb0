"""The console command ``kdtheory``: what each subcommand prints, and how it fails."""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
import xarray as xr

import kdtheory
from kdtheory.__main__ import COMMANDS, main
from kdtheory.claims.registry import claims
from kdtheory.figures.registry import figures
from kdtheory.jobs import provenance, storage, terminal
from kdtheory.study import plan

REPOSITORY = Path(__file__).parents[2]
CONFIG, SMOKE = REPOSITORY / "config.yaml", REPOSITORY / "workflow" / "presets" / "smoke.yaml"
RECORDS = json.loads((REPOSITORY / "docs" / "claims.json").read_text(encoding="utf-8"))
COMMAND = [sys.executable, "-m", "kdtheory"]


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def said(capsys):
    """Run a command that succeeds and return the lines it prints."""

    def run(*arguments):
        assert main(list(map(str, arguments))) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out.splitlines()

    return run


@pytest.fixture
def refused(capsys):
    """Run a command that fails; return its exit status and what it says on stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(list(map(str, arguments)))
        return end.value.code, capsys.readouterr().err

    return run


@pytest.fixture
def error(refused):
    def run(*arguments):
        status, err = refused(*arguments)
        assert status == 1 and err.startswith("error: ") and err.count("\n") == 1, err
        return err

    return run


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results with a cube of two groups, the files of its groups, and claims.json."""
    results = tmp_path_factory.mktemp("study") / "results"
    risk = (("n_train", "repeat"), [[0.5, 0.25]] * 3, {"units": "1", "long_name": "transfer risk of the student"})
    groups = {
        "linear/one": xr.Dataset({"risk": risk}, coords={"n_train": [1, 2, 3]}, attrs={"group": "linear/one"}),
        "wide/two": xr.Dataset({"norm": ("repeat", [1.0], {"units": "rad"})}, attrs={"group": "wide/two"}),
    }
    for name, group in groups.items():
        experiment = name.split("/")[1]
        part = {"preset": "tiny", "seed": 1, "datasets": {}, "teachers": {}, "experiments": {experiment: {}}}
        stamp = {**provenance.stamp(), "config": json.dumps(part)}
        storage.write(group, results / "analysis" / f"{experiment}.nc", stamp)
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = {"title": "a small cube", "preset": "tiny"}
    storage.write_tree(tree, results / "cube.nc")
    (results / "claims.json").write_text(json.dumps(RECORDS[:3]), encoding="utf-8")
    return results


def test_the_help_names_every_command_and_each_explains_all_its_arguments(capsys):
    def helped(*arguments):
        with pytest.raises(SystemExit) as end:
            main([*arguments, "--help"])
        assert end.value.code == 0
        return capsys.readouterr().out

    listed = dict(re.findall(r"^    (\w+) +(\S.*)$", helped(), flags=re.MULTILINE))
    assert listed == {name: summary for name, (_, summary) in COMMANDS.items()}
    for name, (module, _) in COMMANDS.items():
        assert helped(name).startswith(f"usage: kdtheory {name} ")
        parser = argparse.ArgumentParser()
        import_module(module).add_arguments(parser)
        assert len(parser.description.split()) > 8
        assert all(action.help for action in parser._actions)


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert (end.value.code, capsys.readouterr().out) == (0, f"kdtheory {kdtheory.__version__}\n")


def _imported(*arguments):
    code = (
        "import sys\nfrom kdtheory.__main__ import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return set(finished.stderr.splitlines()[-1].split())


def test_the_help_imports_no_library_and_is_there_at_once():
    assert _imported("--help").isdisjoint({"numpy", "xarray", "yaml", "torch", "jax", "matplotlib"})
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([*COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    # 0.1 s on an idle core.
    assert min(times) < 1.0


@pytest.mark.parametrize("arguments", [["verify", "RESULTS"], ["cube", "RESULTS"], ["claims"], ["figures"]])
def test_commands_import_neither_torch_nor_jax_nor_matplotlib(arguments, results):
    imported = _imported(*(str(results) if each == "RESULTS" else each for each in arguments))
    assert COMMANDS[arguments[0]][0] in imported
    assert imported.isdisjoint({"torch", "jax", "matplotlib", "snakemake"})


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["verfy"], ["verify"], ["check"], ["--colour"], ["figures", "all"], ["claims", "--paper", "xy"],
        ["claims", "--verdict", "fails"], ["options", "--output", "x.md"],
        ["options", "seed", "--config", CONFIG, "--output", "x.md"],
    ],
)  # fmt: skip
def test_wrong_usage_is_explained_with_status_2(arguments, refused):
    status, err = refused(*arguments)
    assert status == 2
    assert err.startswith("usage: kdtheory") and "error: " in err.splitlines()[-1]


def test_verify_names_a_changed_file_and_fails(results, tmp_path, capsys):
    storage.write_json({"id": "a"}, tmp_path / "a.json")
    assert main(["verify", str(tmp_path)]) == 0
    (tmp_path / "a.json").write_text((tmp_path / "a.json").read_text().replace('"a"', '"b"'))
    assert main(["verify", str(tmp_path)]) == 1
    first, changed, last = capsys.readouterr().out.splitlines()
    assert first == "1 result files: 1 as they were written, 0 not"
    assert changed.startswith(f"{tmp_path / 'a.json'}: its content was changed") and last.endswith(
        "0 as they were written, 1 not"
    )


def test_check_counts_what_a_run_would_use(said):
    (line,) = said("check", CONFIG, SMOKE)
    config = plan.read([CONFIG, SMOKE])
    counts = ", ".join(f"{len(config[section])} {section}" for section in ("datasets", "teachers", "experiments"))
    assert line == f"{CONFIG} + {SMOKE}: {counts}, preset smoke"


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
        ("limit_degrees", {"datasets.<name>.limit_degrees (kind margin)"}),
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
    assert "did you mean n_train?" in error("options", "n_trian")


def test_options_writes_the_page(said, tmp_path):
    assert said("options", "--config", CONFIG, "--output", tmp_path / "options.md") == []
    assert (tmp_path / "options.md").read_bytes() == (REPOSITORY / "docs" / "options.md").read_bytes()


def test_claims_without_a_path_are_the_declarations(said):
    lines = said("claims")
    assert lines[0] == f"{len(claims())} claims"
    assert [line for line in lines[2:] if not line.startswith(" ")] == list(claims())
    claim = claims()["pl19-thm1-convergence"]
    start = lines.index(claim.id)
    assert lines[start + 1 : start + 4] == [
        f"    {text}" for text in (claim.statement, f"test: {claim.test}", f"reads: {', '.join(claim.reads)}")
    ]
    assert said("claims", "--paper", "pl19")[0] == f"{sum(name.startswith('pl19-') for name in claims())} claims"


@pytest.mark.parametrize("path", ["docs", "docs/claims.json"])
def test_claims_of_a_study_have_their_verdicts(path, said):
    lines = said("claims", REPOSITORY / path)
    headings = [line for line in lines[2:] if not line.startswith(" ")]
    assert headings == [f"{record['id']}: {record['verdict']}" for record in RECORDS]
    expected = [r for r in RECORDS if r["verdict"] == "fails" and r["id"].startswith("pl19-")]
    lines = said("claims", REPOSITORY / path, "--paper", "pl19", "--verdict", "fails")
    assert lines[:3] == [f"{len(expected)} claims: {len(expected)} fails", "", f"{expected[0]['id']}: fails"]
    assert lines[3:5] == [f"    {' '.join(expected[0][key].split())}" for key in ("statement", "reason")]


def test_one_claim_is_shown_whole_and_several_as_a_list(said, error):
    record = RECORDS[0]
    lines = said("claims", REPOSITORY / "docs", "--id", record["id"])
    assert lines[0] == record["id"]
    names = [line.split(":")[0].strip() for line in lines[1:]]
    assert names == [name.replace("_", " ") for name, value in record.items() if name != "id" and value is not None]
    several = said("claims", REPOSITORY / "docs", "--id", "pl19-thm1-*")
    assert len([line for line in several if line.startswith("pl19-thm1-")]) > 2
    assert f"did you mean {record['id']}" in error("claims", "--id", record["id"][:-1])


def test_claims_that_are_not_there_are_one_error(error, tmp_path):
    assert "claims.json: no such file" in error("claims", tmp_path)
    (tmp_path / "claims.json").write_text("{")
    assert "is no JSON" in error("claims", tmp_path)
    (tmp_path / "claims.json").write_text('[{"id": "a"}]')
    assert "is no list of claims" in error("claims", tmp_path)


def test_every_figure_is_listed_with_what_it_shows(said):
    lines = said("figures")
    assert [line.split()[0] for line in lines[2:]] == list(figures())
    (row,) = (line for line in lines if line.startswith("pl19_fig3 "))
    figure = figures()["pl19_fig3"]
    assert "PL19 Fig. 3" in row and figure.question in row and row.endswith(", ".join(figure.reads))


@pytest.mark.parametrize("path", ["cube.nc", ".", "analysis"])
def test_the_cube_is_summarised_by_group(path, results, said):
    lines = said("cube", results / path)
    table = [re.split(r" {2,}", line) for line in lines[-2:]]
    assert table == [["linear/one", "n_train 3, repeat 2", "risk"], ["wide/two", "repeat 1", "norm"]]
    assert "preset: tiny" in lines


def test_the_variables_of_groups_are_listed_with_units_and_meaning(results, said, error):
    expected = [
        ["linear/one"],
        ["variable", "dimensions", "units", "meaning"],
        ["n_train", "n_train 3"],
        ["risk", "n_train 3, repeat 2", "1", "transfer risk of the student"],
    ]
    for group in ("linear/one", "linear", "/linear/one"):
        lines = [re.split(r" {2,}", line) for line in said("cube", results, group)]
        assert [line for line in lines if not line[0].startswith("-")] == expected
    assert "has no group lin; it has linear/one, wide/two" in error("cube", results, "lin")


def test_what_is_no_cube_is_one_error(error, results, tmp_path):
    assert "nowhere.nc: no such file" in error("cube", tmp_path / "nowhere.nc")
    assert "holds no group files" in error("cube", tmp_path)
    storage.write(xr.Dataset({"x": 1}), tmp_path / "a.nc", {})
    assert "a.nc: is no group of the cube" in error("cube", tmp_path)


def test_a_command_whose_library_is_missing_says_how_to_get_it(error, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("kdtheory.study.", "ruamel"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    assert error("check", CONFIG) == (
        "error: kdtheory check needs ruamel.yaml, which is not installed; pip install 'kdtheory[docs]'\n"
    )


def test_a_reader_that_closes_the_pipe_is_no_error():
    reading, writing = os.pipe()
    process = subprocess.Popen([*COMMAND, "options"], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    os.close(reading)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("columns", [70, 90])
@pytest.mark.parametrize("arguments", [["figures"], ["claims", "docs", "--paper", "ext"], ["plan", "config.yaml"]])
def test_output_fits_the_terminal_and_loses_nothing(columns, arguments, said, monkeypatch):
    def characters(lines):
        return sorted("".join(line for line in lines if not line.startswith("---")).replace(" ", ""))

    monkeypatch.chdir(REPOSITORY)
    whole = said(*arguments)
    monkeypatch.setenv("COLUMNS", str(columns))
    wrapped = said(*arguments)
    assert max(map(len, wrapped)) <= columns < max(map(len, whole))
    assert characters(wrapped) == characters(whole)


@pytest.mark.parametrize(
    ("limit", "lines"),
    [
        (None, ["name  meaning", "----  ---------------", "a     one two three 4", "bc    x"]),
        (18, ["name  meaning", "----  ------------", "a     one two", "      three 4", "bc    x"]),
        (10, ["name  mean", "      ing", "----  ----", "a     one", "      two", "      thre", "      e 4", "bc    x"]),
    ],
)
def test_a_table_is_aligned_and_wraps_its_widest_column(limit, lines):
    assert terminal.table(("name", "meaning"), [("a", "one two three 4"), ("bc", "x")], limit) == lines
