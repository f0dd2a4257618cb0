"""Do the verdicts replicate? The claims of studies that differ in their root seed alone, side by side.

``make replicate SEEDS="11 12 13"`` runs the study at each seed and calls this module.
"""

import argparse
import json
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from kdtheory.claims.finding import IDENTITY
from kdtheory.claims.registry import FAILS, HOLDS, NOT_RUN
from kdtheory.jobs import log, storage
from kdtheory.jobs.markdown import escaped, table
from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.means import independent_difference

# Fewer worlds give no test of the difference between two seeds.
LEAST_WORLDS = 8
_BEYOND = 1.96
_DECIDED = (HOLDS, FAILS)


@dataclass(frozen=True)
class Replication:
    """How far the verdicts and estimates of several seeds agree.

    Attributes
    ----------
    seeds : tuple of int
    verdicts : dict of str to list of str
        By claim, one for each seed.
    scores : int
        Pairs of estimates of the same cell at two seeds that were compared.
    rms, beyond : float
        Root mean square of their normal scores, and the share beyond 1.96: 1 and 0.05 where the intervals cover.
    contradictions : dict of str to list of str
        Claims that hold at one seed and fail at another, with the reason at each seed.
    undecided_flips : list of str
        Claims that are decided at some seeds and not at others.
    flips : float
        Claims that are decided at one of two seeds and not at the other: mean over pairs of seeds.
    decided : list of float
        By seed, the share of the claims that are no identities and were decided.
    """

    seeds: tuple
    verdicts: dict
    scores: int
    rms: float
    beyond: float
    contradictions: dict
    undecided_flips: list
    flips: float
    decided: list


def compare(records: dict[int, list[dict]]) -> Replication:
    """Compare the claims of several seeds.

    Parameters
    ----------
    records : dict of int to list of dict
        By seed, the records of its claims.json.

    Returns
    -------
    Replication

    Raises
    ------
    ValueError
        There are fewer than two seeds, or their claims differ.
    """
    by_seed = {seed: {entry["id"]: entry for entry in entries} for seed, entries in records.items()}
    names = [list(entries) for entries in by_seed.values()]
    if len(names) < 2 or any(each != names[0] for each in names):
        raise ValueError("a replication needs two seeds or more with the same claims")
    verdicts = {name: [entries[name]["verdict"] for entries in by_seed.values()] for name in names[0]}
    pairs = list(combinations(by_seed.values(), 2))
    scores = np.concatenate([_scores(name, first[name], second[name]) for first, second in pairs for name in names[0]])
    flips = [_flips([first[name]["verdict"], second[name]["verdict"]]) for first, second in pairs for name in names[0]]
    evidence = [name for name in names[0] if all(entries[name].get("kind") != IDENTITY for entries in by_seed.values())]
    return Replication(
        seeds=tuple(records),
        verdicts=verdicts,
        scores=len(scores),
        rms=float(np.sqrt(np.mean(scores**2))) if len(scores) else float("nan"),
        beyond=float(np.mean(np.abs(scores) > _BEYOND)) if len(scores) else float("nan"),
        contradictions={
            name: [entries[name]["reason"] for entries in by_seed.values()]
            for name, found in verdicts.items()
            if set(_DECIDED) <= set(found)
        },
        undecided_flips=[name for name, found in verdicts.items() if _flips(found)],
        flips=sum(flips) / len(pairs),
        decided=[_share_decided([entries[name] for name in evidence]) for entries in by_seed.values()],
    )


def page(found: Replication, preset: str) -> str:
    """Return the replication as a page of Markdown."""
    rows = [
        ("seeds", ", ".join(map(str, found.seeds))),
        ("estimates compared between two seeds", f"{found.scores}"),
        ("root mean square of their normal scores (1 where intervals cover)", f"{found.rms:.2f}"),
        ("share beyond 1.96 (0.05 where intervals cover)", f"{found.beyond:.3f}"),
        ("claims that hold at one seed and fail at another", _listed(found.contradictions)),
        ("claims that are decided at some seeds only", _listed(found.undecided_flips)),
        (
            "of these between two seeds, mean over pairs ([Σ 2π(1 − π)](power.md) is expected)",
            f"{found.flips:.1f}",
        ),
        ("share of claims decided of those that were run, by seed", ", ".join(f"{each:.2f}" for each in found.decided)),
        ("claims that were not run at some seed", _listed(_not_run(found))),
    ]
    changed = [
        (f"`{name}`", *map(escaped, verdicts))
        for name, verdicts in found.verdicts.items()
        if len(set(verdicts)) > 1 and NOT_RUN not in verdicts
    ]
    reasons = [
        (f"`{name}`", f"{seed}", escaped(verdict), escaped(reason))
        for name, by_seed in found.contradictions.items()
        for seed, verdict, reason in zip(found.seeds, found.verdicts[name], by_seed, strict=True)
    ]
    seeds = [f"seed {seed}" for seed in found.seeds]
    tallies = [
        (escaped(verdict), *(str(Counter(column)[verdict]) for column in zip(*found.verdicts.values(), strict=True)))
        for verdict in sorted({verdict for verdicts in found.verdicts.values() for verdict in verdicts})
    ]
    return "\n".join(
        [
            "# Replication",
            "",
            f"The study at scale `{preset}` was run at {len(found.seeds)} root seeds. Every pair of seeds is compared "
            f"cell by cell in all estimates of {LEAST_WORLDS} worlds or more that are no identities: the Welch t of "
            "the difference, as a normal score. `make replicate` runs such studies and writes this page.",
            "",
            *table(("measure", "value"), rows),
            "",
            "## Verdicts by seed",
            "",
            *table(("verdict", *seeds), tallies),
            "",
            "## Claims that hold at one seed and fail at another",
            "",
            *(table(("claim", "seed", "verdict", "reason"), reasons) if reasons else ["None."]),
            "",
            "## Claims whose verdict differs",
            "",
            *(table(("claim", *seeds), changed) if changed else ["None."]),
            "",
        ]
    )


def _scores(name, first, second):
    """Normal scores of the differences between two seeds, cell by cell, of one claim or of its parts."""
    if first.get("parts"):
        pairs = zip(first["parts"], second["parts"], strict=True) if second.get("parts") else ()
        return np.concatenate([_scores(name, one, other) for (_, one), (_, other) in pairs] or [np.empty(0)])
    cells = _paired(name, first, second)
    enough = [(one, other) for one, other in cells if one and other and min(one[2], other[2]) >= LEAST_WORLDS - 1]
    if first.get("kind") == IDENTITY or not enough:
        return np.empty(0)
    one, other = (Estimate(*np.array(side, dtype=float).T) for side in zip(*enough, strict=True))
    scores = independent_difference(one, other).normal_score()
    return scores[np.isfinite(scores)]


def _paired(name, first, second):
    """The estimates of the same cells; none where one of the two measured nothing."""
    one, other = (record.get("estimates") or () for record in (first, second))
    if one and other and len(one) != len(other):
        raise ValueError(
            f"{name} has {len(one)} cells at one seed and {len(other)} at another, must be the same; check the claims "
            "of both with the same version"
        )
    return zip(one, other, strict=False)


def _not_run(found):
    return [name for name, verdicts in found.verdicts.items() if NOT_RUN in verdicts]


def _share_decided(entries):
    run = [entry["verdict"] in _DECIDED for entry in entries if entry["verdict"] != NOT_RUN]
    return sum(run) / max(len(run), 1)


def _flips(verdicts):
    decided = [verdict in _DECIDED for verdict in verdicts if verdict != NOT_RUN]
    return any(decided) and not all(decided)


def _listed(names):
    return f"{len(names)}: {', '.join(f'`{name}`' for name in names)}" if names else "0"


def _main():
    parser = argparse.ArgumentParser(description="Compare the claims of studies that differ in their root seed.")
    parser.add_argument("claims", nargs="+", type=Path, help="claims.json of each seed")
    parser.add_argument("--seeds", nargs="+", type=int, required=True, help="root seeds, in the order of the files")
    parser.add_argument("--preset", required=True, help="scale of the studies")
    parser.add_argument("--json", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--page", type=Path, required=True, help="Markdown page to write")
    arguments = parser.parse_args()
    records = {
        seed: json.loads(path.read_text(encoding="utf-8"))
        for seed, path in zip(arguments.seeds, arguments.claims, strict=True)
    }
    found = compare(records)
    storage.write_json({"preset": arguments.preset, **asdict(found)}, arguments.json)
    with storage.replacing(arguments.page) as temporary:
        temporary.write_text(page(found, arguments.preset), encoding="utf-8")


if __name__ == "__main__":
    log.run(_main)
