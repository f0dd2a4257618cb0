import json
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
import xarray as xr

from kdtheory.claims import check, registry
from kdtheory.claims.finding import EQUAL, Finding
from kdtheory.claims.registry import HOLDS, PAPERS
from kdtheory.jobs import storage
from kdtheory.jobs.provenance import REPOSITORY
from kdtheory.study import plan
from kdtheory.study.schema import schema


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
    entry = registry.record(claim, Finding(HOLDS, claim.kind, "seen", estimate=np.inf, interval=(np.nan, 1.0)))
    declared = {
        "id", "paper", "statement", "scope", "reading", "quantity", "test", "error_rate", "tolerance", "assumes",
        "figure",
    }  # fmt: skip
    assert set(entry) == declared | {field.name for field in fields(Finding)}
    assert entry["estimate"] is None and entry["interval"] == [None, 1.0]
    json.dumps(entry, allow_nan=False)


def test_reading_all_declarations_imports_nothing_heavy():
    script = "import sys; from kdtheory.claims.registry import claims; claims(); print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"scipy", "xarray", "h5netcdf", "matplotlib", "torch", "jax"} & set(finished.stdout.split())


def test_no_module_mixes_claims_on_images_with_others_so_that_a_missing_image_set_costs_no_other_claim():
    config = plan.read([REPOSITORY / "config.yaml"])
    mixed = {}
    for module, members in registry.by_module().items():
        found = {image_sets_behind(config, claim.reads) for claim in members}
        if len(found) > 1:
            mixed[module] = found
    assert mixed == {}


def image_sets_behind(config, groups):
    """Names of the image sets that some groups of the cube are measured on."""
    found = set()
    for name, block in config["experiments"].items():
        if schema(f"experiments/{name}.yaml")["x-group"] in groups:
            used = [cell["dataset"] for cell in block.get("cells", {}).values()] + block.get("datasets", [])
            kinds = {config["datasets"][dataset]["kind"] for dataset in used}
            found |= {schema(f"datasets/{kind}.yaml").get("x-images") for kind in kinds}
    return frozenset(found - {None})


def test_the_command_checks_the_claims_of_a_module_that_read_only_given_groups(true_world, tmp_path, monkeypatch):
    files = {name: tmp_path / f"{name.split('/')[1]}.nc" for name in ("linear/margin", "linear/alignment")}
    for name, file in files.items():
        storage.write(true_world[name].assign_attrs(group=name), file, {})
    output = tmp_path / "claims" / "pl19_lemma1.json"
    arguments = ["pl19_lemma1", "--groups", *map(str, files.values()), "--output", str(output)]
    monkeypatch.setattr(sys, "argv", ["check", *arguments])
    check._main()
    records = storage.read(output)["claims"]
    readable = [claim.id for claim in registry.by_module()["pl19_lemma1"] if set(claim.reads) <= files.keys()]
    assert [entry["id"] for entry in records] == readable
    assert 0 < len(readable) < len(registry.by_module()["pl19_lemma1"])
    assert {entry["verdict"] for entry in records} == {EQUAL}


def test_an_unknown_module_is_refused_by_name(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["check", "pl19_no_such", "--groups", "x.nc", "--output", "y"])
    with pytest.raises(SystemExit):
        check._main()
    assert "pl19_no_such" in capsys.readouterr().err


def test_a_claim_of_a_group_without_its_variable_says_so():
    with pytest.raises(KeyError, match="n_train"):
        check.check("pl19_theorem1", {"linear/convergence": xr.Dataset()})
