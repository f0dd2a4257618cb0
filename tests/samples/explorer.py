"""A small study for the explorer: a cube with worlds and runs, claims with cells and replication, times of jobs."""

import json

import numpy as np
import xarray as xr

from kdtheory.jobs import storage

RISK = {"units": "1", "long_name": "transfer risk", "source": "here"}
SIZES = [4, 16, 64, 256]


def cube():
    """Groups ``wide/transfer`` (worlds, runs, an unmeasured cell) and ``linear/plain`` (no coordinate, no world)."""
    random = np.random.default_rng(7)
    noise = random.gamma(4.0, 0.25, (2, 3, len(SIZES), 8, 2))
    risk = noise / np.array(SIZES)[:, None, None] ** np.array([0.5, 1.0, 1.5])[:, None, None, None]
    risk[0, 0, 1] = np.nan
    sample = xr.Dataset(
        {
            "risk": (("teacher_kind", "soft_ratio", "n_train", "world", "run"), risk, RISK),
            "risk_bound": (("soft_ratio", "n_train"), 2 * np.nanmean(risk, axis=(0, 3, 4)), RISK),
        },
        coords={
            "teacher_kind": ["network", "linear"], "soft_ratio": [0.0, 0.125, 1.0], "n_train": SIZES,
            "world": np.arange(8), "run": [0, 1],
        },
    )  # fmt: skip
    windows = {"window_start": ("window", [1, 2, 4]), "window_end": ("window", [2, 4, 8])}
    plain = xr.Dataset({"slope": ("window", [0.123456, -1234567.0, 1e-9], {"units": "rad", **RISK})}, coords=windows)
    tree = xr.DataTree.from_dict({"wide/transfer": sample, "linear/plain": plain})
    config = {"preset": "tiny", "seed": 3, "experiments": {"sample": {"cells": {"main": {"n_train": SIZES}}}}}
    tree.attrs = {"preset": "tiny", "config": json.dumps(config), "library_versions": '{"numpy": "2.0"}'}
    return tree


def noise():
    """Groups whose numbers do not compress, more of them than a page holds, each with a small variable."""
    random = np.random.default_rng(3)
    dims, shape = ("teacher", "ratio", "size", "world"), (6, 18, 100, 20)
    return {
        f"wide/noise_{name}": xr.Dataset(
            {"norm": (dims, random.lognormal(0.0, 20.0, shape), RISK), "one": ("world", [0.5] * 20, RISK)}
        )
        for name in "abcdefghij"
    }


def records(kept):
    """Entries of claims.json, the first with cells, parts and a tolerance of its own."""
    cells = {"estimates": [[0.5, 0.1, 7.0, 0.2], None, [1.5, 0.25, 7.0, 0.0]], "cell": 2, "kind": "order"}
    part = {"verdict": "holds", "reason": "seen"}
    first = {**kept[0], **cells, "tolerance": 0.25, "parts": [["early", part], ["late", part]], "error_rate": 0.05}
    return [first, *kept[1:]]


def study(folder, kept, more=()):
    """Write the results of this study, and more groups, into a folder, and its replication beside it."""
    results = folder / "results"
    tree = cube()
    for name, group in dict(more).items():
        tree[name] = xr.DataTree(group)
    storage.write_tree(tree, results / "cube.nc")
    entries = records(kept)
    (results / "claims.json").write_text(json.dumps(entries), encoding="utf-8")
    jobs = results / "benchmarks" / "students"
    jobs.mkdir(parents=True)
    header = "s\th:m:s\tmax_rss\tcpu_time\n"
    (jobs / "sample-main.tsv").write_text(f"{header}2.5\t0:00:02\t310.0\t2.0\n", encoding="utf-8")
    (jobs / "sample-short.tsv").write_text(f"{header}0.1\t0:00:00\tNA\t-\n", encoding="utf-8")
    verdicts = {entry["id"]: [entry["verdict"], "fails"] for entry in entries}
    replication = {"preset": "tiny", "seeds": [1, 2], "verdicts": verdicts}
    storage.write_json(replication, folder / "docs" / "replication.json")
    return results
