import sys
from importlib.metadata import PackageNotFoundError

import pytest

from bench import __main__ as program
from bench import requirements


@pytest.fixture
def everything(monkeypatch):
    """A machine that has all that contests need."""
    versions = {"jaxopt": "0.8.5"}
    monkeypatch.setattr(requirements, "version", lambda name: versions.get(name, "1.0"))
    monkeypatch.setattr(requirements, "available_gibibytes", lambda: 100.0)
    return versions


@pytest.mark.parametrize("full", [False, True])
def test_nothing_is_missing_where_all_is_there(everything, full):
    assert requirements.missing(full) == ""


def test_a_peer_of_another_version_is_named_with_the_command(everything):
    everything["jaxopt"] = "0.8.3"
    assert requirements.missing(False).startswith("not installed: jaxopt==0.8.5; `make bench` installs")


def test_all_that_is_absent_is_named_in_one_line(everything, monkeypatch):
    def none_installed(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(requirements, "version", none_installed)
    line = requirements.missing(True)
    assert "\n" not in line and "`make bench-full`" in line
    assert all(name in line for name in (*requirements.STUDY, "jaxopt==0.8.5"))


def test_the_full_run_needs_more_memory(everything, monkeypatch):
    monkeypatch.setattr(requirements, "available_gibibytes", lambda: 5.5)
    assert requirements.missing(False) == ""
    assert requirements.missing(True) == "make bench-full needs 10 GiB of free memory, and 5.5 GiB are free; " + (
        "end other programs first"
    )


def test_free_memory_is_that_of_this_machine():
    assert 0 < requirements.available_gibibytes() < 2**20


def test_a_run_that_lacks_something_ends_before_any_contest(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(requirements, "missing", lambda full: "not installed: a peer")
    monkeypatch.setattr(program.subprocess, "run", lambda *_, **__: pytest.fail("a contest was started"))
    monkeypatch.setattr(sys, "argv", ["bench", "growth", "--results", str(tmp_path)])
    with pytest.raises(SystemExit) as end:
        program._main()
    assert end.value.code == 1
    assert capsys.readouterr().err == "python -m bench: not installed: a peer\n"
    assert not list(tmp_path.iterdir())
