"""The test on fresh problems at a tiny scale: students, records, and the declared tests on made-up records."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax

from bench.own_problems import decisions, pairs, problems, students
from kdtheory.jobs import storage
from kdtheory.problem import wording

DOCS = Path(__file__).parents[3] / "docs"

SIZES = (80, 60, 100, 200)


@pytest.mark.slow
def test_problems_are_functions_of_their_names_without_shared_points():
    one, again = problems.draw("synthetic", 0.15, SIZES), problems.draw("synthetic", 0.15, SIZES)
    assert np.array_equal(one.problem.teacher_logits, again.problem.teacher_logits)
    assert len(np.unique(one.problem.ids)) == 140 and one.test_inputs.shape == (100, 20)
    transfer, audit = one.problem.of(0), one.problem.of(1)
    assert (one.problem.audit_labels[transfer] == -1).all() and (one.problem.audit_labels[audit] >= 0).all()
    assert not (one.problem.features[:, None] == one.test_inputs).all(axis=2).any()


def test_noise_replaces_its_share_of_the_labels():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 10, 20_000)
    changed = np.mean(problems._noisy(truth, 0.3, rng) != truth)
    assert changed == pytest.approx(0.3, abs=0.015)  # 4.6 standard errors


def test_the_pairs_are_those_of_the_protocol():
    found = pairs.pairs()
    assert len(found) == len(set(found)) == 27
    assert sum(kind == "convolutional" for *_, kind in found) == 3
    assert len(students.settings(4)) == 25


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["brief", "convolutional"])
def test_a_student_trained_among_others_is_the_one_trained_alone(kind, monkeypatch):
    fresh = problems.draw("digits", 0.15, SIZES)
    together = students.errors(fresh, kind, 5, epochs=3)
    chosen = students.settings(4)
    monkeypatch.setattr(students, "settings", lambda _count: chosen[7:8])
    alone = students.errors(fresh, kind, 5, epochs=3)
    for one, other in zip(together, alone, strict=True):
        assert one[7] == pytest.approx(other[0], abs=0.02)


@pytest.mark.slow
def test_the_loss_is_that_of_each_setting():
    fresh = problems.draw("synthetic", 0.15, SIZES)
    problem, chosen = fresh.problem, students.settings(4)
    rng = np.random.default_rng(0)
    z, batch = rng.normal(size=(25, 6, 5)), np.array([3, 1, 4, 60, 9, 2])
    loss = students._Loss(problem, problem.of(0), chosen)
    expected = 0.0
    for values, setting in zip(z, chosen, strict=True):
        t, teacher = setting.temperature, problem.teacher_logits[setting.checkpoint, batch]
        soft = -np.sum(softmax(teacher / t, axis=1) * log_softmax(values / t, axis=1), axis=1)
        hard = -log_softmax(values, axis=1)[np.arange(6), problem.labels[batch]]
        expected += np.mean(setting.alpha * t**2 * soft + (1 - setting.alpha) * hard)
    assert float(loss(torch.tensor(z, dtype=torch.float32), torch.tensor(batch))) == pytest.approx(expected, rel=1e-5)


def test_a_record_holds_what_the_protocol_asks():
    record = pairs.measure("digits", 0.15, "brief", sizes=SIZES, epochs=2)
    assert np.shape(record["test_errors"]) == np.shape(record["audit_errors"]) == (2, 25)
    assert len(record["kernel_errors"]) == 25 and record["answer"] in ("close", "cannot tell")
    mean = np.mean(record["test_errors"], axis=0)
    names = [tuple(name) for name in record["settings"]]
    assert record["start_regret"] == pytest.approx(mean[names.index(tuple(record["start"]))] - mean.min())
    assert record["default_regret"] == pytest.approx(mean[names.index((60.0, 0.5, 2.0))] - mean.min())
    assert -1 <= record["agreement"] <= 1


def test_agreement_is_the_rank_correlation():
    assert pairs.agreement([1, 2, 3], [10, 20, 30]) == pytest.approx(1)
    assert pairs.agreement([1, 2, 3], [5, 4, 3]) == pytest.approx(-1)
    assert pairs.agreement([1, 1, 1], [1, 2, 3]) == 0


def records(start, default, close, apart, count=6):
    """Twice ``count`` problems: the first are close and have that agreement, the others are not."""
    made = []
    for index in range(2 * count):
        near, shift = index < count, 0.001 * (index % 5)
        made.append(
            {
                "task": f"task {index}", "noise": 0.0, "student": "brief", "start_regret": start + shift,
                "default_regret": default + 2 * shift, "answer": "close" if near else "cannot tell",
                "agreement": (close if near else apart) + 10 * shift,
            }
        )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("start", "default", "decision"), [(0.01, 0.05, "shown"), (0.02, 0.0181, "not shown"), (0.05, 0.01, "worse")]
)
def test_the_start_is_decided_both_ways(start, default, decision):
    assert decisions.start_test(records(start, default, 0.8, 0.4))["decision"] == decision


@pytest.mark.parametrize(
    ("close", "apart", "decision"), [(0.8, 0.3, "kept"), (0.4, 0.0, "dropped"), (0.7, 0.7, "dropped")]
)
def test_the_answer_is_decided_both_ways(close, apart, decision):
    assert decisions.answer_test(records(0.01, 0.05, close, apart))["decision"] == decision


def test_an_answer_is_close_up_to_its_distance():
    assert [decisions.answer(0.2, 0.2 + distance) for distance in (0.0399, -0.0399, 0.0401)] == [
        "close", "close", "cannot tell"
    ]  # fmt: skip


def test_the_page_says_what_follows():
    page = decisions.page(records(0.02, 0.0181, 0.7, 0.7))
    assert "over 12 problems" in page and "the start is a convention" in page and "no answer" in page
    assert page.count("\n| task ") == 12 and "Nothing is decided." in decisions.page(
        records(0.01, 0.05, 0.8, 0.3, count=2)
    )


def test_what_is_kept_is_what_the_page_and_the_diagnosis_say():
    kept = storage.read(DOCS / "own-problem-results.json")["records"]
    assert (DOCS / "own-problem-results.md").read_text(encoding="utf-8") == decisions.page(kept)
    start, answers = decisions.start_test(kept), decisions.answer_test(kept)
    agreements = [each["agreement"] for each in kept]
    said = " ".join((wording.START + wording.COMPARISON).split())
    numbers = {
        "the error of this rule was {:.3f}": start["start"], "T = 2) {:.3f}": start["default"],
        "(p = {:.2f})": start["p_value"], "({:.2f}, 12 problems)": answers["close"],
        "({:.2f}, 6 problems)": answers["cannot tell"], "it was {:.2f} to": min(agreements),
        "to {:.2f} in single cases": max(agreements),
    }  # fmt: skip
    for words, number in numbers.items():
        assert words.format(number).replace(" 0.", " .").replace("(0.", "(.") in said


def test_too_few_problems_on_a_side_decide_nothing():
    assert decisions.answer_test(records(0.01, 0.05, 0.8, 0.3, count=2))["decision"] == "nothing decided"


def test_the_table_has_a_row_for_each_pair():
    assert len(decisions.lines(records(0.01, 0.05, 0.8, 0.3))) == 2 + 12
