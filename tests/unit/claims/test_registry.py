import json
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from kdtheory.claims import check, registry
from kdtheory.claims.registry import HOLDS, PAPERS, Outcome
from kdtheory.jobs import storage


def test_claims_come_in_the_order_of_papers_and_sections():
    places = [(list(PAPERS.values()).index(claim.paper), claim.section) for claim in registry.claims().values()]
    assert places == sorted(places) and len(places) > 40


def test_the_order_does_not_depend_on_which_module_was_imported_first(monkeypatch):
    expected = list(registry.claims())
    monkeypatch.setattr(registry, "_registered", dict(reversed_by_module(registry._registered)))
    assert list(registry._registered) != expected
    assert list(registry.claims()) == expected


def reversed_by_module(registered):
    """The claims as if the last module had been imported first; each module keeps its own order."""
    modules = dict.fromkeys(claim.module for claim in registered.values())
    return [item for module in reversed(modules) for item in registered.items() if item[1].module == module]


def test_two_modules_cannot_claim_the_same(monkeypatch):
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    same = next(iter(registry.claims()))
    declare = registry.claim(same, section="1", statement="", quantity="", test="", figure="", reads=())
    with pytest.raises(ValueError, match=same):
        declare(lambda: None)


def test_a_record_has_the_fields_of_claims_json_and_is_plain_json():
    claim = next(iter(registry.claims().values()))
    entry = registry.record(claim, Outcome(HOLDS, "seen", estimate=np.inf, interval=(np.nan, 1.0)))
    assert set(entry) == {
        "id", "paper", "statement", "reading", "quantity", "test", "error_rate", "p_value", "estimate", "interval",
        "n_cells", "violations", "verdict", "figure", "reason", "scope", "tolerance", "assumes",
    }  # fmt: skip
    assert entry["estimate"] is None and entry["interval"] == [None, 1.0]
    json.dumps(entry, allow_nan=False)


def test_reading_all_declarations_imports_nothing_heavy():
    script = "import sys; from kdtheory.claims.registry import claims; claims(); print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"scipy", "xarray", "h5netcdf", "matplotlib", "torch", "jax"} & set(finished.stdout.split())


def test_claims_of_the_same_groups_are_checked_in_one_command(true_world, tmp_path, monkeypatch):
    deep = tmp_path / "deep.nc"
    storage.write(true_world["linear/deep"], deep, {})
    folder = tmp_path / "claims"
    names = ["pl19-thm2-distance", "pl19-eq73-norm"]
    monkeypatch.setattr(sys, "argv", ["check", *names, "--groups", str(deep), "--output-folder", str(folder)])
    check._main()
    for name in names:
        assert storage.read(folder / f"{name}.json")["verdict"] == HOLDS


def test_an_unknown_claim_is_refused_by_name(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["check", "pl19-no-such", "--groups", "x.nc", "--output-folder", "y"])
    with pytest.raises(SystemExit):
        check._main()
    assert "pl19-no-such" in capsys.readouterr().err


def test_a_claim_of_a_group_without_its_variable_says_so(tmp_path):
    with pytest.raises(KeyError, match="n_train"):
        check.check(["pl19-thm1-convergence"], [xr.Dataset()], tmp_path)
