"""The generated sections of README and docs/: what they say of kept claims, figures, faults and costs."""

from collections import Counter
from importlib import import_module
from math import isnan

import yaml

from kdtheory.claims.finding import tally
from kdtheory.claims.registry import PAPERS
from kdtheory.claims.registry import claims as registered
from kdtheory.figures.registry import figures, labels
from kdtheory.jobs.durations import duration
from kdtheory.jobs.markdown import escaped, table
from kdtheory.jobs.provenance import REPOSITORY
from kdtheory.pages import coverage, findings, power
from kdtheory.pages.freeze import exploratory
from kdtheory.study import plan

_COLUMNS = ("claim", "statement", "verdict", "what we see")
_FAULT_COLUMNS = ("fault", "what happens", "tried", "survived", "lost")
_DAMAGE_COLUMNS = ("file", "damaged", "refused with a message", "read, and as it was", "else")
_NOT_RUN = "No run is kept.\n"
_CONFIGURATION = REPOSITORY / "config.yaml"
_PRESETS = REPOSITORY / "workflow" / "presets"
_READINGS = REPOSITORY / "docs" / "readings.yaml"
# The claims that the README shows.
_FINDINGS = (
    "pl19-intro-lower-risk",
    "pl19-cor2-constant",
    "jz20-thm1-printed",
    "jz20-fig4-stopping-ends",
    "jz20-fig5-good-teacher",
)


def sections(kept: dict) -> dict[str, dict[str, str]]:
    """Return the generated sections by page and name.

    Parameters
    ----------
    kept : dict
        ``claims``, the records of claims.json; ``reliability``, those that ``make test-faults KEEP=yes``
        and ``make soak`` and ``make damage`` write;
        ``freeze``, the frozen protocol (`kdtheory.pages.freeze`);
        ``rates``, operations per second of a core by kind of job (`kdtheory.study.plan.measured_rates`).

    Returns
    -------
    dict
        Page, relative to the repository → name of the section → Markdown.
    """
    claims, rates = kept["claims"], kept["rates"]
    declared = registered()
    late = exploratory(declared, kept["freeze"])
    # The preset own is no scale: it needs a file that its user has.
    presets = sorted(path.stem for path in _PRESETS.glob("*.yaml") if path.stem != "own")
    scales = {name: _planned(name) for name in ("default", *presets)}
    return {
        "README.md": {"findings": _findings(claims), "presets": _presets(scales, rates)},
        "docs/claims.md": {"tally": _tally(claims)},
        **{f"docs/claims-{paper}.md": {"claims": _table_of(claims, paper, late)} for paper in PAPERS},
        "docs/findings.md": {"findings": findings.section(claims)},
        "docs/coverage.md": {"coverage": coverage.section(coverage.statements(), declared, claims)},
        "docs/gallery.md": {"figures": _gallery()},
        "docs/power.md": {"power": _lines(power.section(claims, (scales["default"], scales["thorough"])))},
        "docs/reliability.md": {
            "reliability": _faults(kept["reliability"], "faults"),
            "soak": _faults(kept["reliability"], "soak"),
            "damage": _damage([record for record in kept["reliability"] if record["part"] == "damage"]),
        },
        "docs/cluster.md": {"plan": _lines(plan.table(scales["paper"], rates))},
    }


def _findings(records):
    """The counts, then one line for each finding whose claim was kept."""
    found = {record["id"]: record for record in records}
    shown = [found[name] for name in _FINDINGS if name in found]
    lines = [*(f"* {text}" for text in tally(records)), ""]
    lines += [f"* **{record['verdict']}**: {findings.measured(record)}" for record in shown]
    return _lines(lines)


def _presets(scales, rates):
    """Core time of each preset, by the plan: training and fits, without jobs that cost less than Python's start."""
    rows = []
    for name, config in scales.items():
        jobs, hours = plan.total(config, rates)
        rows.append((f"`{name}`", str(jobs), "not measured" if isnan(hours) else duration(3600 * hours)))
    return _lines(table(("preset", "jobs that train or fit", "core time of these"), rows))


def _planned(preset):
    return plan.read([_CONFIGURATION, *([] if preset == "default" else [_PRESETS / f"{preset}.yaml"])])


def _tally(records):
    lines = [f"{len(records)} claims:", "", *(f"* {text}" for text in tally(records)), ""]
    for paper in PAPERS:
        members = [record for record in records if record["id"].split("-")[0] == paper]
        counts = Counter(record["verdict"] for record in members)
        words = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        lines.append(f"* [{paper.upper()}](claims-{paper}.md): {words or 'none'}")
    return _lines(lines)


def _table_of(records, paper, late):
    rows = [
        (f"`{record['id']}`", escaped(record["statement"]), _verdict(record, late), _seen(record))
        for record in records
        if record["id"].split("-")[0] == paper
    ]
    return _lines(table(_COLUMNS, rows))


def _verdict(record, late):
    return f"**{record['verdict']}**{' (exploratory)' if record['id'] in late else ''}"


def _seen(record):
    reading = "" if record["reading"] == "as stated" else f" (Reading: {record['reading']}.)"
    return escaped(record["reason"] + reading)


def readings() -> dict[str, str]:
    """Return how figures are read panel by panel, by the name of the figure (docs/readings.yaml)."""
    return yaml.safe_load(_READINGS.read_text(encoding="utf-8"))


def _gallery():
    lines, details = [], readings()
    for name, figure in figures().items():
        label = labels(name, figure)
        shown = import_module(f"kdtheory.figures.{name}").__doc__.splitlines()[0]
        title, caption = f"{label['paper']} {label['shows']}", escaped(figure.caption)
        lines += [f"## {title}", "", f"![{escaped(shown)}](images/{name}.png)", "", caption, ""]
        if name in details:
            lines += [f"**In detail.** {escaped(details[name])}", ""]
    return "\n".join(lines)


def _faults(records, part):
    records = [record for record in records if record["part"] == part]
    counts = ("tried", "survived", "lost")
    if not records:
        return _NOT_RUN
    rows = [
        (escaped(record["fault"]), record["answer"], *(str(record[count]) for count in counts)) for record in records
    ]
    rows.append(("**all**", "", *(f"**{sum(record[count] for record in records)}**" for count in counts)))
    return _lines(table(_FAULT_COLUMNS, rows))


def _damage(records):
    if not records:
        return _NOT_RUN
    counts = ("tried", "refused", "unchanged", "lost")
    rows = [(record["fault"], *(f"{record[count]:,}" for count in counts)) for record in records]
    rows.append(("**all**", *(f"**{sum(record[count] for record in records):,}**" for count in counts)))
    memory, before = (max(record[key] for record in records) for key in ("memory_mb", "memory_before_mb"))
    text = f"The process that read them took at most {memory} MB, of which {before} MB before the first damaged file."
    return _lines([*table(_DAMAGE_COLUMNS, rows), "", text])


def _lines(lines):
    return "\n".join([*lines, ""])
