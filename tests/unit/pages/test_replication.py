import json
import sys

import numpy as np
import pytest

from kdtheory.claims.finding import BOUND, IDENTITY, ORDER
from kdtheory.claims.registry import NOT_RUN
from kdtheory.jobs import storage
from kdtheory.pages import replication

CELLS = 400
WORLDS = 20


def records(seed, *, error=1.0, shift=0.0, verdict="holds", kind=ORDER):
    """Claims of one seed: estimates of the same truths, with standard errors ``error`` times the honest ones."""
    rng = np.random.default_rng([7, seed])
    worlds = np.arange(CELLS)[:, None] + shift + rng.standard_normal((CELLS, WORLDS))
    values, errors = worlds.mean(axis=1), error * worlds.std(axis=1, ddof=1) / np.sqrt(WORLDS)
    estimates = [[float(value), float(se), WORLDS - 1.0, 0.0] for value, se in zip(values, errors, strict=True)]
    reason = f"seen at seed {seed}"
    return [{"id": "a", "verdict": verdict, "reason": reason, "kind": kind, "estimates": estimates, "parts": []}]


def test_honest_intervals_give_scores_of_size_one():
    found = replication.compare({seed: records(seed) for seed in (1, 2, 3)})
    assert found.scores == 3 * CELLS
    # 1200 scores, of which 800 are independent: the root mean square is within 4 standard errors of 1.
    assert found.rms == pytest.approx(1, abs=4 / np.sqrt(2 * 800))
    assert found.beyond == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 800))
    assert found.contradictions == {} and found.undecided_flips == [] and found.flips == 0


def test_errors_that_are_too_small_are_seen():
    found = replication.compare({seed: records(seed, error=1 / 2.7) for seed in (1, 2)})
    assert found.rms > 2 and found.beyond > 0.3


def test_identities_and_few_worlds_are_not_compared():
    assert replication.compare({seed: records(seed, kind=IDENTITY) for seed in (1, 2)}).scores == 0
    few = {seed: records(seed) for seed in (1, 2)}
    for (entry,) in few.values():
        entry["estimates"] = [[value, error, 6.0, 0.0] for value, error, *_ in entry["estimates"]]
    assert replication.compare(few).scores == 0


def test_parts_are_compared_one_by_one():
    whole = {seed: records(seed) for seed in (1, 2)}
    parted = {
        seed: [{**entry, "parts": [["early", {**entry, "kind": BOUND}], ["late", entry]]}]
        for seed, (entry,) in whole.items()
    }
    assert replication.compare(parted).scores == 2 * CELLS


def test_flips_are_named():
    verdicts = {1: "holds", 2: "fails", 3: "not decided at this scale"}
    found = replication.compare({seed: records(seed, verdict=verdict) for seed, verdict in verdicts.items()})
    assert found.undecided_flips == ["a"] == list(found.contradictions)
    assert found.flips == pytest.approx(2 / 3), "of three pairs of seeds, two"
    assert found.decided == [1, 1, 0]
    text = replication.page(found, "smoke")
    assert "| `a` | 2 | fails | seen at seed 2 |" in text
    assert "| `a` | holds | fails | not decided at this scale |" in text


def test_claims_that_were_not_run_are_named_and_not_counted():
    others = {1: records(1), 2: records(2)}
    not_run = {**records(1)[0], "id": "b", "verdict": NOT_RUN, "estimates": []}
    found = replication.compare({1: [*others[1], not_run], 2: [*others[2], {**not_run, "verdict": "holds"}]})
    assert found.decided == [1, 1] and found.undecided_flips == []
    text = replication.page(found, "smoke")
    assert "| claims that were not run at some seed | 1: `b` |" in text and "\nNone.\n" in text


def test_cells_that_cannot_be_matched_are_refused():
    (entry,) = records(2)
    fewer = {**entry, "estimates": entry["estimates"][1:]}
    with pytest.raises(ValueError, match="a has 400 cells at one seed and 399 at another"):
        replication.compare({1: records(1), 2: [fewer]})
    nothing = {**entry, "estimates": []}
    assert replication.compare({1: records(1), 2: [nothing]}).scores == 0


def test_other_claims_or_one_seed_are_refused():
    with pytest.raises(ValueError, match="two seeds"):
        replication.compare({1: records(1)})
    with pytest.raises(ValueError, match="same claims"):
        replication.compare({1: records(1), 2: [{**records(2)[0], "id": "b"}]})


def test_the_command_writes_a_page_and_its_data(tmp_path, monkeypatch):
    paths = []
    for seed in (11, 12):
        paths.append(tmp_path / str(seed) / "claims.json")
        paths[-1].parent.mkdir()
        paths[-1].write_text(json.dumps(records(seed)), encoding="utf-8")
    out = tmp_path / "replication"
    options = ["--seeds", "11", "12", "--preset", "default", "--json", f"{out}.json", "--page", f"{out}.md"]
    monkeypatch.setattr(sys, "argv", ["replication", *map(str, paths), *options])
    replication._main()
    kept = storage.read(f"{out}.json")
    assert kept["seeds"] == [11, 12] and kept["scores"] == CELLS
    assert "scale `default`" in out.with_suffix(".md").read_text(encoding="utf-8")
