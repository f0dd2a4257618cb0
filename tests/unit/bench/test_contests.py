import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import __main__ as program
from bench.contests import LONG, effective_logits_multiclass, nested_regression, transfer_risk
from kdtheory.jobs import storage
from kdtheory.theory.angles import PolynomialAngles

REPOSITORY = Path(__file__).parents[3]


def test_contests_are_found_by_name_and_long_ones_only_in_the_full_run():
    assert set(program.names(full=True)) - set(program.names(full=False)) == set(LONG)
    assert {"effective_logits", "growth", "infinite_kernel"} <= set(program.names(full=False))


@pytest.mark.slow
def test_an_unknown_contest_is_an_error_that_lists_the_known():
    command = [sys.executable, "-m", "bench", "no_such_contest"]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "no_such_contest" in finished.stderr and "growth" in finished.stderr


def test_collected_records_are_those_of_the_folder(tmp_path):
    storage.write_json({"title": "one"}, tmp_path / "one.json")
    assert program.collect(tmp_path) == {"one": {"title": "one"}}


def test_ours_beside_a_floor_is_timed_and_checked():
    heat = nested_regression._norms(64)
    ours, floor = heat["contenders"].values()
    assert ours["error"] < 1e-10
    assert floor["is_floor"] and len(floor["seconds"]) == len(ours["seconds"]) >= 5


@pytest.mark.parametrize("kappa", [0.25, 1.0])
def test_both_ways_to_sample_a_risk_have_the_same_mean(kappa, monkeypatch):
    law = PolynomialAngles(kappa)
    monkeypatch.setattr(transfer_risk, "DIM", 40)
    exact, counted = transfer_risk._gram_risks(law, 5000, seed=0), transfer_risk._explicit_risks(law, 30)
    error = np.sqrt(exact.var() / 5000 + counted.var(ddof=1) / 30)
    # Five standard errors: below one false alarm in 10⁴ with Student's t of 29 degrees.
    assert abs(exact.mean() - counted.mean()) < 5 * error


@pytest.mark.slow
def test_both_functions_of_ten_classes_end_where_the_loss_is_flat():
    rng = np.random.default_rng(0)
    heat = effective_logits_multiclass._heat(rng.normal(0, 3, (200, 10)), rng.integers(0, 10, 200), 0.5, 5.0)
    numpy, jitted = heat["contenders"].values()
    assert max(numpy["error"], jitted["error"]) < 1e-15
    assert heat["per"] == 2000
