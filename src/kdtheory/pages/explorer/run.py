"""How a study was run, as the explorer shows it: configuration, versions, digests, time and memory of the jobs."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import yaml


def described(attributes: Mapping, benchmarks: Path) -> dict:
    """Describe a run.

    Parameters
    ----------
    attributes : mapping
        Of the cube's root; empty where there is no cube.
    benchmarks : path
        Folder of Snakemake's benchmarks, one folder for each stage; it may be missing.

    Returns
    -------
    dict
        ``facts``, ``versions`` and ``digests`` as texts by name, ``configuration`` as YAML by section, ``jobs`` as
        rows of stage, job, seconds, processor seconds and memory in MB.
    """
    config = json.loads(attributes.get("config", "{}"))
    dirty = " (with uncommitted changes)" if "1" in str(attributes.get("git_dirty", "")) else ""
    facts = {
        "preset": attributes.get("preset"),
        "root seed": config.get("seed"),
        "commit": f"{attributes['git_commit']}{dirty}" if attributes.get("git_commit") else None,
        "device": attributes.get("device"),
        "schema version of the cube": attributes.get("schema_version"),
    }
    versions = {"kdtheory": attributes.get("kdtheory_version"), "Python": attributes.get("python_version")}
    return {
        "facts": _known(facts),
        "versions": _known(versions | json.loads(attributes.get("library_versions", "{}"))),
        "digests": _known({
            "configuration": attributes.get("config_digest"),
            "cube": attributes.get("content_digest"),
            **json.loads(attributes.get("data_digests", "{}")),
        }),
        "configuration": {name: _as_yaml(section) for name, section in config.items()},
        "jobs": _jobs(benchmarks),
    }  # fmt: skip


def _known(facts):
    return {name: str(value) for name, value in facts.items() if value is not None}


def _as_yaml(section):
    return (
        yaml.safe_dump(section, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)
        .removesuffix("...\n")
        .strip()
    )


def _jobs(folder):
    jobs = []
    for file in sorted(folder.rglob("*.tsv")):
        stage, *rest = file.relative_to(folder).with_suffix("").parts
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                numbers = {"seconds": row.get("s"), "processor": row.get("cpu_time"), "memory": row.get("max_rss")}
                jobs.append({"stage": stage, "job": "/".join(rest) or stage, **_measured(numbers)})
    return jobs


def _measured(numbers):
    """Snakemake writes NA or - for what a job was too short to measure."""
    found = {}
    for name, text in numbers.items():
        try:
            found[name] = float(text)
        except (TypeError, ValueError):
            found[name] = None
    return found
