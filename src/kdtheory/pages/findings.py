"""What of the two papers holds, fails and stays open, on one page: the generated section of docs/findings.md."""

from kdtheory.claims.finding import NO_ORACLE
from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, PAPERS, UNDECIDED
from kdtheory.jobs.markdown import escaped


def section(records: list[dict]) -> str:
    """Return the findings about each paper's statements as printed, then where a reading decides otherwise.

    Parameters
    ----------
    records : list of dict
        Those of claims.json.
    """
    lines = []
    for paper in (name for name in PAPERS if name != "ext"):
        printed = [record for record in records if record["id"].startswith(paper) and record["scope"] == "paper"]
        by_verdict = {verdict: [r for r in printed if r["verdict"] == verdict] for verdict in (HOLDS, IN_PART, FAILS)}
        undecided = [record for record in printed if record["verdict"] in (UNDECIDED, NO_ORACLE)]
        names = ", ".join(f"`{record['id']}`" for record in undecided)
        lines += [
            f"## {PAPERS[paper]}",
            "",
            f"Of {len(printed)} claims that take a statement as printed, {len(by_verdict[HOLDS])} hold, "
            f"{len(by_verdict[IN_PART])} hold in part, {len(by_verdict[FAILS])} fail and {len(undecided)} are not "
            "decided at this scale; the others are identities, equal to rounding.",
            "",
            *_listed("Fails as printed", by_verdict[FAILS]),
            *_listed("Holds in part", by_verdict[IN_PART]),
            *_listed("Fails in one reading of what the paper leaves open", _failed_readings(records, paper)),
            f"Not decided: {names or 'none'}.",
            "",
        ]
    return "\n".join(lines)


def measured(record: dict) -> str:
    """Return a claim's statement, the first clause of its reason, which holds the evidence, and its name."""
    seen = escaped(record["reason"].split("; ")[0])
    return f"{escaped(record['statement'])} Measured: {seen}. (`{record['id']}`)"


def _listed(heading, records):
    if not records:
        return []
    return [f"**{heading}**", "", *(f"* {measured(record)}" for record in records), ""]


def _failed_readings(records, paper):
    return [r for r in records if r["id"].startswith(paper) and r["scope"] == "reading" and r["verdict"] == FAILS]
