"""Tables of what ``make bench`` measured, kept under docs/ (``make bench-docs``)."""

import argparse
import math
import shutil
from itertools import groupby
from pathlib import Path

from kdtheory.jobs import log, storage
from kdtheory.jobs.markdown import escaped, table
from kdtheory.pages import documents

_IMAGE = "![Time and error of each contender, time against size with the floor, and growth.](images/bench.png)"


def keep(results, repository):
    """Keep a finished benchmark: docs/bench.json, docs/images/bench.*, and the generated sections on it.

    Parameters
    ----------
    results : path-like
        Folder with bench.json and bench/bench.svg, bench.png.
    repository : path-like
        Folder that holds docs/.

    Raises
    ------
    FileNotFoundError, kdtheory.jobs.storage.CorruptFile
        A result is missing or damaged.
    """
    results, repository = Path(results), Path(repository)
    records = storage.read(results / "bench.json")["contests"]
    storage.write_json({"contests": records}, repository / "docs" / "bench.json")
    images = repository / "docs" / "images"
    documents.shrink(results / "bench" / "bench.png", images / "bench.png")
    with storage.replacing(images / "bench.svg") as temporary:
        shutil.copyfile(results / "bench" / "bench.svg", temporary)
    for page, content in pages(records).items():
        path = repository / page
        text = documents.with_sections(path.read_text(encoding="utf-8"), content)
        with storage.replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def pages(records):
    """Return the generated sections by page: the tables of docs/performance.md and the exponents of docs/scaling.md.

    Parameters
    ----------
    records : dict
        Contest → record, as bench.json holds them.
    """
    performance = f"{_IMAGE}\n\n{section(records)}"
    scaling = {"growth": growth_section(records), "cluster": cluster_section(records)}
    return {"docs/performance.md": {"performance": performance}, "docs/scaling.md": scaling}


def section(records):
    """Return the section on performance: each contest's machine and its table, times as multiples of ours."""
    lines = []
    for record in records.values():
        if "heats" not in record and "facts" not in record:
            continue
        lines += [f"**{escaped(record['title'])}.** {_machine(record['machine'])}", ""]
        for (error, _), heats in groupby(record.get("heats", []), key=_kind):
            heats = list(heats)
            lines += [f"Errors: {escaped(error)}.", "", *_table(heats), ""]
        if "facts" in record:
            lines += [*table(("quantity", "measured"), list(record["facts"].items())), ""]
    return "\n".join(lines)


def growth_section(records):
    """Return the table of measured exponents, with what theory says beside them."""
    lines = []
    for record in records.values():
        if "curves" in record:
            rows = [_growth_row(curve) for curve in record["curves"]]
            columns = ("quantity", "grows with", "sizes", "exponent (95 % interval)", "theory")
            lines += [_machine(record["machine"]), "", *table(columns, rows), ""]
    return "\n".join(lines)


def cluster_section(records):
    """Return the table of simulated wall times of the study against the number of cores."""
    lines = []
    for record in records.values():
        if "cluster" in record:
            cluster = record["cluster"]
            alone = cluster["seconds"][0]
            rows = [
                (str(cores), seconds(own), f"{alone / own:.1f}", seconds(submitted))
                for cores, own, submitted in zip(
                    cluster["cores"], cluster["seconds"], cluster["seconds_with_scheduler"], strict=True
                )
            ]
            columns = ("cores", "wall time", "speed-up", "wall time through a scheduler")
            path = ", ".join(f"`{rule}`" for rule in cluster["critical_rules"])
            story = (
                f"{cluster['jobs']} jobs take {seconds(cluster['total'])} one after the other. The longest chain, "
                f"{path}, takes {seconds(cluster['critical_path'])}: no number of cores can beat it."
            )
            lines += [_machine(record["machine"]), "", story, "", *table(columns, rows), ""]
    return "\n".join(lines)


def seconds(value):
    """Return a time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{_digits(value / size)} {unit}"
    return f"{_digits(value / 1e-9)} ns"


def _kind(heat):
    """Heats with the same contenders and the same error share a table."""
    return heat["error"], tuple(heat["contenders"])


def _table(heats):
    names = list(heats[0]["contenders"])
    floors = {name for name, entry in heats[0]["contenders"].items() if entry["is_floor"]}
    heads = [f"times the {name}" if name in floors else name for name in names]
    rows = [
        (_input(heat["parameters"]), *(_cell(heat, name, is_first=name == names[0]) for name in names))
        for heat in heats
    ]
    return table(("input", *heads), rows)


def _cell(heat, name, is_first):
    """Time, error and memory of one contender; bold where it is ahead of ours."""
    entry, ours = heat["contenders"][name], next(iter(heat["contenders"].values()))
    if is_first:
        per = "" if heat["unit"] is None else f" ({seconds(entry['minimum'] / heat['per'])} per {heat['unit']})"
        parts = [f"1: {seconds(entry['minimum'])}{per}"]
    elif entry["is_floor"]:
        parts = [_interval(1 / entry["ratio"], 1 / entry["high"], 1 / entry["low"])]
    else:
        parts = [_bold(_interval(entry["ratio"], entry["low"], entry["high"]), entry["high"] < 1)]
    if entry["error"] is not None:
        parts.append(_bold(f"error {entry['error']:.0e}", not is_first and entry["error"] < ours["error"] / 2))
    if entry["bytes"] is not None:
        parts.append(f"memory {_digits(entry['bytes'] / heat['matrix_bytes'])} matrices")
    if entry["extrapolated"]:
        parts.append(f"extrapolated: {entry['extrapolated']}")
    return "<br>".join(parts)


def _growth_row(curve):
    sizes = curve["sizes"]
    interval = _interval(curve["exponent"], curve["low"], curve["high"], digits=lambda value: f"{value:.2f}")
    return curve["quantity"], curve["variable"], f"{sizes[0]:,} to {sizes[-1]:,}", interval, curve["theory"]


def _input(parameters):
    return ", ".join(f"{name} = {value}" if not isinstance(value, str) else value for name, value in parameters.items())


def _machine(machine):
    threads = ", ".join(f"{name} {count}" for name, count in machine["threads"].items())
    return (
        f"{escaped(machine['processor'])}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"threads: {threads}; load {machine['load']}; commit `{machine['commit'][:12]}`"
        f"{' with changes' if machine['dirty'] else ''}."
    )


def _interval(value, low, high, digits=None):
    digits = digits or _digits
    return f"{digits(value)} ({digits(low)} to {digits(high)})"


def _digits(value):
    """Two significant digits, without an exponent."""
    if value <= 0:
        return f"{value:g}"
    decimals = max(0, 1 - math.floor(math.log10(value)))
    return f"{float(f'{value:.2g}'):,.{decimals}f}"


def _bold(text, ahead):
    return f"**{text}**" if ahead else text


def _main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", default="results", help="folder of a finished benchmark")
    parser.add_argument("--repository", default=".", help="folder that holds docs/")
    arguments = parser.parse_args()
    keep(arguments.results, arguments.repository)


if __name__ == "__main__":
    log.run(_main)
