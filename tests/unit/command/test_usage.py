"""The console command ``kdtheory``: the help, the version, wrong usage, and how output is laid out."""

import argparse
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import kdtheory
from kdtheory.__main__ import COMMANDS, main
from kdtheory.jobs import terminal

REPOSITORY = Path(__file__).parents[3]
CONFIG, SMOKE = REPOSITORY / "config.yaml", REPOSITORY / "workflow" / "presets" / "smoke.yaml"
RECORDS = json.loads((REPOSITORY / "docs" / "claims.json").read_text(encoding="utf-8"))
COMMAND = [sys.executable, "-m", "kdtheory"]


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


def test_the_help_imports_no_library():
    assert _imported("--help").isdisjoint({"numpy", "xarray", "yaml", "torch", "jax", "matplotlib"})


@pytest.mark.slow
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
