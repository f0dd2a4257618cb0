"""The table of the pairs, and the two tests that the protocol declares."""

from collections import defaultdict

import numpy as np
from scipy.stats import ttest_ind, ttest_rel

from kdtheory.jobs.markdown import table

ERROR_RATE = 0.05
LEAST_AGREEMENT = 0.5
CLOSE = 0.04
_ANSWERS = ("close", "cannot tell")
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


def page(records: list[dict]) -> str:
    """Return the page of the finished test: both decisions, what follows from them, and every pair."""
    start, answers = start_test(records), answer_test(records)
    follows = {
        "shown": "The start was better than the default on fresh problems.",
        "not shown": "No difference is shown: the start is a convention.",
        "worse": "The start was worse than the default, and is taken out.",
        "kept": "The answer stays in the diagnosis.",
        "dropped": "The diagnosis gives both errors and no answer.",
        "nothing decided": "Nothing is decided.",
    }
    near, apart = (
        f"{_number(answers[name])} ({answers[name.replace(' ', '_') + '_problems']} problems)" for name in _ANSWERS
    )
    return "\n".join(
        [
            "# The start and the answer, on twelve fresh problems: results",
            "",
            "Written by `python -m bench.own_problems FOLDER --docs docs`, as [the protocol](own-problem-protocol.md) "
            "declared it before. The records of all settings and seeds are in `docs/own-problem-results.json`.",
            "",
            f"1. **Start.** Mean regret {start['start']:.3f}, of the usual default {start['default']:.3f}; paired "
            f"t-test over {start['problems']} problems, one-sided, p = {start['p_value']:.2f}. "
            f"{follows[start['decision']]}",
            f"2. **Answer.** Mean agreement {near} where it is *close*, {apart} where it is *cannot tell*; Welch's "
            f"t-test, one-sided, p = {_number(answers['p_value'])}. {follows[answers['decision']]}",
            "",
            *lines(records),
            "",
        ]
    )


def _number(value):
    return "none" if value is None else f"{value:.2f}"


def answer(hard_label_error: float, kernel_flow_error: float) -> str:
    """Return ``close`` where both errors lie within ``CLOSE`` of each other, else ``cannot tell``."""
    return "close" if abs(hard_label_error - kernel_flow_error) <= CLOSE else "cannot tell"


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
