"""The table of the pairs, and the two tests that the protocol declares."""

from collections import defaultdict

import numpy as np
from scipy.stats import ttest_ind, ttest_rel

from kdtheory.jobs.markdown import table

ERROR_RATE = 0.05
LEAST_AGREEMENT = 0.5
_FEWEST = 3
_COLUMNS = ("problem", "noise", "student", "start's regret", "default's regret", "answer", "agreement")


def lines(records: list[dict]) -> list[str]:
    """Return the lines of the table of the pairs, in Markdown."""
    rows = [
        (
            each["task"], f"{each['noise']:g}", each["student"], f"{each['start_regret']:.3f}",
            f"{each['default_regret']:.3f}", each["answer"], f"{each['agreement']:.2f}",
        )
        for each in records
    ]  # fmt: skip
    return table(_COLUMNS, rows)


def start_test(records: list[dict]) -> dict:
    """Return means and the one-sided paired t-test of the start against the default, problems as the sample."""
    by_problem = defaultdict(list)
    for each in records:
        by_problem[each["task"], each["noise"]].append((each["start_regret"], each["default_regret"]))
    start, default = np.array([np.mean(pairs, axis=0) for pairs in by_problem.values()]).T
    better = ttest_rel(default, start, alternative="greater").pvalue
    worse = ttest_rel(default, start, alternative="less").pvalue
    decision = "shown" if better <= ERROR_RATE else "worse" if worse <= ERROR_RATE else "not shown"
    return {
        "problems": len(start), "start": float(start.mean()), "default": float(default.mean()),
        "p_value": float(better), "decision": decision,
    }  # fmt: skip


def answer_test(records: list[dict]) -> dict:
    """Return mean agreements by answer, and Welch's one-sided t-test, problems as the sample."""
    by_problem = {"close": defaultdict(list), "cannot tell": defaultdict(list)}
    for each in records:
        by_problem[each["answer"]][each["task"], each["noise"]].append(each["agreement"])
    means = {answer: [float(np.mean(values)) for values in group.values()] for answer, group in by_problem.items()}
    found = {answer: float(np.mean(values)) if values else None for answer, values in means.items()}
    found |= {"close_problems": len(means["close"]), "cannot_tell_problems": len(means["cannot tell"])}
    if min(map(len, means.values())) < _FEWEST:
        return {**found, "p_value": None, "decision": "nothing decided"}
    p_value = float(ttest_ind(means["close"], means["cannot tell"], equal_var=False, alternative="greater").pvalue)
    kept = p_value <= ERROR_RATE and found["close"] >= LEAST_AGREEMENT
    return {**found, "p_value": p_value, "decision": "kept" if kept else "dropped"}
