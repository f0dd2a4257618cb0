"""Every mistake that the checker names, each beside the same problem without it."""

import numpy as np
import pytest
from problem_arrays import problem_arrays
from scipy.special import log_softmax, softmax

from kdtheory.problem import Problem, ProblemError, check_problem
from kdtheory.problem.checker import accepted

ARRAYS = problem_arrays()
LOGITS, LABELS = ARRAYS["teacher_logits"], ARRAYS["labels"]


def problem_with(changes):
    """The problem with some arrays changed; None takes one away."""
    return Problem.from_arrays(**{**ARRAYS, **changes})


def found(**changes):
    return {finding.kind: finding for finding in check_problem(problem_with(changes))}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("classes", [2, 4, 10])
def test_a_right_problem_has_no_finding(seed, classes):
    arrays = problem_arrays(classes=classes, seed=seed)
    assert check_problem(Problem.from_arrays(**arrays)) == []


REFUSED = {
    "probabilities": {"teacher_logits": softmax(LOGITS, axis=2)},
    "probabilities at one checkpoint": {"teacher_logits": np.concatenate([LOGITS[:2], softmax(LOGITS[2:], axis=2)])},
    "probabilities in half precision": {"teacher_logits": softmax(LOGITS, axis=2).astype(np.float16)},
    "probabilities of one class": {"teacher_logits": 1 / (1 + np.exp(LABELS - 1.5)), "labels": LABELS % 2,
                                   "audit_labels": None, "checkpoints": None},
    "one-hot decisions": {"teacher_logits": np.eye(4)[LOGITS.argmax(axis=2)]},
    "constant-teacher": {"teacher_logits": np.broadcast_to(LOGITS[:, :1], LOGITS.shape)},
    "one-signed-teacher": {"teacher_logits": LOGITS + np.array([0, 0, 90, 0])},
    "permuted-classes": {"teacher_logits": LOGITS[:, :, [1, 2, 3, 0]]},
    "two classes exchanged": {"teacher_logits": LOGITS[:, :, [0, 1, 3, 2]]},
    "mismatched-rows": {"teacher_logits": np.roll(LOGITS, 1, axis=1)},
}  # fmt: skip
KINDS = {"one-hot decisions": "probabilities", "two classes exchanged": "permuted-classes"}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_refused_with_its_evidence(mistake):
    findings = found(**REFUSED[mistake])
    kind = KINDS.get(mistake, "probabilities" if mistake.startswith("probabilities") else mistake)
    assert findings[kind].severity == "refused"
    assert any(character.isdigit() for character in findings[kind].message)
    with pytest.raises(ProblemError, match=kind):
        accepted(problem_with(REFUSED[mistake]))


def test_a_refusal_can_be_accepted_by_its_name():
    problem = problem_with(REFUSED["mismatched-rows"])
    assert [finding.kind for finding in accepted(problem, ["mismatched-rows"])] == ["mismatched-rows"]
    with pytest.raises(ProblemError):
        accepted(problem, ["probabilities"])


def test_the_renaming_of_classes_is_told():
    assert "3→2, 2→3" in found(**REFUSED["two classes exchanged"])["permuted-classes"].message


def test_a_renaming_is_found_although_the_least_trained_teacher_agrees_best():
    logits = LOGITS[:, :, [1, 2, 3, 0]].copy()
    logits[0] = np.random.default_rng(0).normal(size=logits[0].shape)
    finding = found(teacher_logits=logits)["permuted-classes"]
    assert finding.severity == "refused" and "at checkpoint 30" in finding.message


def test_logarithms_of_probabilities_are_logits():
    assert found(teacher_logits=log_softmax(LOGITS, axis=2)) == {}


def test_one_bad_checkpoint_among_good_ones_is_a_warning():
    logits = LOGITS.copy()
    logits[0] = logits[0, :1]
    assert found(teacher_logits=logits)["constant-teacher"].severity == "warning"
    logits = LOGITS.copy()
    logits[0, :, 1] += 90
    findings = found(teacher_logits=logits)
    assert (
        findings["one-signed-teacher"].severity == "warning"
        and "checkpoint 10" in findings["one-signed-teacher"].message
    )


@pytest.mark.parametrize("temperature", [4.0, 10.0])
def test_logits_that_were_divided_by_a_temperature_are_told_with_its_size(temperature):
    scale = 0.7  # the factor that the labels want of the undivided logits lies near it
    message = found(teacher_logits=scale * LOGITS / temperature)["divided-logits"].message
    size = float(message.split("multiplied by ")[1].split(",")[0])
    assert 0.6 * temperature < size < 2 * temperature


def test_a_teacher_of_noise_labels_is_not_called_divided():
    assert found(teacher_logits=20 * LOGITS)["inflated-logits"].severity == "warning"


def test_a_stretch_of_rows_that_does_not_match_is_named():
    logits = LOGITS.copy()
    logits[:, 100:200] = np.roll(logits[:, 100:200], 7, axis=1)
    message = found(teacher_logits=logits)["mismatched-rows"].message
    assert found(teacher_logits=logits)["mismatched-rows"].severity == "warning"
    first = int(message.split("rows ")[1].split("–")[0])
    assert 90 <= first < 200


def test_a_file_that_is_sorted_by_class_is_no_stretch_of_mismatches():
    order = np.argsort(LABELS, kind="stable")
    assert found(**{name: ARRAYS[name][order] for name in ("ids", "inputs", "labels", "split", "audit_labels")},
                 teacher_logits=LOGITS[:, order]) == {}  # fmt: skip


def test_seen_points_are_counted():
    seen = np.arange(450) < 30
    assert "30 of 300 transfer" in found(seen=seen)["seen"].message
    assert "30 of 150 audit" in found(seen=seen[::-1])["seen"].message
    assert found(seen=np.zeros(450, bool)) == {}


def test_the_scale_is_judged_on_points_that_were_not_seen():
    logits = LOGITS / 5
    seen = np.arange(450) < 300
    # What the teacher is far too sure of would hide the division.
    logits[:, :300] *= 50
    assert "divided-logits" in found(teacher_logits=logits, seen=seen)
    assert "divided-logits" not in found(teacher_logits=logits)


def test_duplicates_among_the_inputs_are_named_and_those_across_splits_counted():
    inputs = ARRAYS["inputs"].copy()
    inputs[1] = inputs[0]
    inputs[400] = inputs[5]
    inputs[410], inputs[411] = 0.0, -0.0
    message = found(inputs=inputs)["duplicate-inputs"].message
    assert message.startswith("6 points") and "; 1 audit or test points are transfer points too" in message
    assert f"{ARRAYS['ids'][0]} and {ARRAYS['ids'][1]}" in message


def test_what_is_not_there_is_noted():
    assert set(found(inputs=None)) == {"no-inputs"}
    assert set(found(split=None, audit_labels=None)) == {"no-audit"}
    none = np.where(ARRAYS["split"] == 1, -1, LABELS)
    assert found(labels=none, audit_labels=None)["no-audit"].severity == "warning"
    assert set(found(labels=np.full(450, -1), audit_labels=None, split=None)) == {"no-audit", "few-labels"}
    assert set(found(labels=np.zeros(450, int), audit_labels=None, split=None)) == {"no-audit", "one-label"}


def test_refusals_come_first():
    seen = np.ones(450, bool)
    findings = list(found(**REFUSED["permuted-classes"], seen=seen))
    assert findings == ["permuted-classes", "seen"]


@pytest.mark.parametrize("seed", range(40))
def test_weak_teachers_and_noisy_labels_are_not_refused(seed):
    """Agreement is 8 standard errors above chance, so that none of 40 comes near the refusal at 2.3."""
    arrays = problem_arrays(n=800, audit=0, noise=0.6, classes=5, checkpoints=1, seed=seed)
    assert not [f for f in check_problem(Problem.from_arrays(**arrays)) if f.severity == "refused"]


def test_mismatched_rows_are_refused_at_the_rate_that_is_declared():
    """Of 400 mismatched problems 1 % escape the refusal; more than 14 do with probability 1e-5."""
    arrays = problem_arrays(n=100, audit=0, checkpoints=1)
    rng, escaped = np.random.default_rng(0), 0
    for _ in range(400):
        shuffled = arrays["teacher_logits"][:, rng.permutation(100)]
        findings = check_problem(Problem.from_arrays(**{**arrays, "teacher_logits": shuffled}))
        escaped += findings[0].severity != "refused"
        assert findings[0].kind == "mismatched-rows"
    assert escaped <= 14
