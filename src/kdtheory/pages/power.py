"""How likely each claim is decided at each scale, from the kept study as a rehearsal: the page docs/power.md.

A test with the p-value p at W worlds has the normal score z = Φ⁻¹(1 − p), which grows like √W where the estimate stays.
At W′ worlds it is about N(z·√(W′/W), 1), so that the test rejects with probability Φ(z·√(W′/W) − z_α).
"""

from dataclasses import dataclass

from scipy.stats import norm

from kdtheory.claims.finding import NO_ORACLE
from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, claims
from kdtheory.jobs.markdown import table
from kdtheory.study import batches
from kdtheory.study.schema import schema

_COLUMNS = ("claim", "verdict", "worlds", "decided at `default`", "worlds", "decided at `thorough`", "worlds needed")
DECIDED = (HOLDS, FAILS, IN_PART)


@dataclass(frozen=True)
class Power:
    """The chance that a claim is decided.

    Attributes
    ----------
    name, verdict : str
    worlds : tuple of int
        At the kept scale and at the larger one.
    chances : tuple of float
        That the claim holds or fails there, as if the estimates were the truth.
    needed : int or None
        Worlds with which it would be decided with probability 0.8.
    """

    name: str
    verdict: str
    worlds: tuple
    chances: tuple
    needed: int | None


def chance_of_decision(record: dict, growth: float) -> float | None:
    """Return the probability that a claim is decided with ``growth`` times the worlds of its record.

    Parameters
    ----------
    record : dict
        An entry of claims.json, or one of its parts.
    growth : float
        W′/W > 0.

    Returns
    -------
    float or None
        None where nothing random was tested. A claim with parts is decided when all of them are.
    """
    if record["parts"]:
        found = [chance_of_decision(part, growth) for _, part in record["parts"]]
        product = 1.0
        for each in found:
            product *= 1.0 if each is None else each
        return None if all(each is None for each in found) else product
    if record["p_value"] is None or record["p_against"] is None or not record["error_rate"]:
        return None
    border = norm.isf(record["error_rate"])
    scores = (norm.isf(min(max(record[key], 1e-300), 1 - 1e-16)) for key in ("p_value", "p_against"))
    return min(1.0, sum(float(norm.cdf(score * growth**0.5 - border)) for score in scores))


def powers(records: list[dict], scales: tuple[dict, dict]) -> list[Power]:
    """Return the power of every registered claim on random data, but for those without an oracle: no test decides them.

    Parameters
    ----------
    records : list of dict
        Entries of claims.json.
    scales : tuple of dict
        The checked configurations of the kept study and of a larger one.
    """
    found, registered = [], claims()
    worlds = [_worlds_by_group(config) for config in scales]
    for record in records:
        if record["id"] not in registered or record["verdict"] == NO_ORACLE:
            continue
        reads = registered[record["id"]].reads
        fewer, more = (min((each[group] for group in reads if group in each), default=1) for each in worlds)
        growth = more / fewer
        chances = tuple(chance_of_decision(record, each) for each in (1.0, growth))
        if None not in chances:
            tested = (record["worlds"], round(record["worlds"] * growth))
            found.append(Power(record["id"], record["verdict"], tested, chances, record["worlds_needed"]))
    return found


def section(records: list[dict], scales: tuple[dict, dict]) -> list[str]:
    """Return the page's lines: sums, then one row for each claim on random data. Parameters as for `powers`."""
    found = powers(records, scales)
    rows = [
        (
            f"`{each.name}`", each.verdict, str(each.worlds[0]), f"{each.chances[0]:.2f}", str(each.worlds[1]),
            f"{each.chances[1]:.2f}", "" if each.needed is None else str(each.needed),
        )
        for each in found
    ]  # fmt: skip
    decided = [sum(each.chances[scale] for each in found) for scale in (0, 1)]
    flips = [sum(2 * each.chances[scale] * (1 - each.chances[scale]) for each in found) for scale in (0, 1)]
    kept = sum(each.verdict in DECIDED for each in found)
    return [
        f"Of {len(found)} claims on random data, {kept} were decided in the kept study. By these chances "
        f"{decided[0]:.0f} are decided at `default` and {decided[1]:.0f} at `thorough`; between two root seeds "
        f"{flips[0]:.0f} change between decided and undecided at `default`, {flips[1]:.0f} at `thorough`: Σ 2π(1 − π).",
        "",
        *table(_COLUMNS, rows),
    ]


def _worlds_by_group(config):
    """Fewest worlds of a cell behind each group of the cube that has cells."""
    found = {}
    for name, experiment in config["experiments"].items():
        worlds = []
        for cell in experiment.get("cells", {}).values():
            dataset = config["datasets"][cell["dataset"]]
            worlds.append(batches.worlds_of_cell(cell, dataset) if "worlds" in dataset else cell.get("worlds", 1))
        if worlds:
            found[schema(f"experiments/{name}.yaml")["x-group"]] = min(worlds)
    return found
