import jax.numpy as jnp
import numpy as np
import pytest
import torch
from problem_arrays import problem_arrays

from kdtheory.problem import Problem, ProblemError


def refusal(**changes):
    """The one refusal of a problem with some arrays changed; None takes one away."""
    arrays = {**problem_arrays(), **changes}
    with pytest.raises(ProblemError) as caught:
        Problem.from_arrays(**{name: values for name, values in arrays.items() if values is not None})
    (finding,) = caught.value.findings
    assert finding.severity == "refused" and finding.message and finding.kind in str(caught.value)
    return finding


def changed(name, change):
    values = problem_arrays()[name].copy()
    return {name: change(values)}


def at(place, value):
    def change(values):
        values = values.astype(np.result_type(values, type(value)))
        values[place] = value
        return values

    return change


WRONG = {
    "object arrays": ({"labels": np.array([0, None] * 225, dtype=object)}, "type"),
    "logits of text": ({"teacher_logits": np.array([["a", "b"]] * 450)}, "type"),
    "complex logits": (changed("teacher_logits", lambda v: v + 1j), "type"),
    "dates as ids": (changed("ids", lambda v: v.astype("datetime64[s]")), "type"),
    "float ids": (changed("ids", lambda v: v + 0.5), "type"),
    "float labels": (changed("labels", lambda v: v.astype(float)), "type"),
    "rows of unequal length": ({"inputs": [[1.0], [1.0, 2.0]]}, "type"),
    "NaN in the logits": (changed("teacher_logits", at((1, 7, 2), np.nan)), "not-finite"),
    "infinite logits": (changed("teacher_logits", at((0, 0, 0), np.inf)), "not-finite"),
    "NaN in the inputs": (changed("inputs", at((3, 1), np.nan)), "not-finite"),
    "no labels": ({"labels": np.zeros(0, int)}, "shape"),
    "labels in two dimensions": (changed("labels", lambda v: v[:, None]), "shape"),
    "fewer logits than labels": (changed("teacher_logits", lambda v: v[:, :-1]), "shape"),
    "checkpoints of a binary teacher without an axis": (changed("teacher_logits", lambda v: v[:, :, 0]), "shape"),
    "fewer inputs than labels": (changed("inputs", lambda v: v[:-1]), "shape"),
    "inputs and features": ({"features": problem_arrays()["inputs"]}, "shape"),
    "checkpoints that do not increase": ({"checkpoints": [10, 10, 20]}, "shape"),
    "too few checkpoints": ({"checkpoints": [10]}, "shape"),
    "a label that is no class": (changed("labels", at(5, 4)), "labels"),
    "a label below -1": (changed("labels", at(5, -2)), "labels"),
    "labels from 1": (changed("labels", lambda v: v + 1), "labels"),
    "an audit label that is no class": (changed("audit_labels", at(400, 9)), "labels"),
    "an id twice": (changed("ids", lambda v: np.where(np.arange(len(v)) == 3, v[0], v)), "duplicate-ids"),
    "a split that is none": (changed("split", at(0, 7)), "split"),
    "a split without a name": ({"split": ["training"] * 450}, "split"),
    "no transfer point": (changed("split", lambda v: v * 0 + 1), "split"),
    "seen that is no truth value": ({"seen": np.full(450, 2)}, "type"),
    "constant inputs": (changed("inputs", lambda v: v * 0), "constant-inputs"),
    "a Gram matrix of transfer points alone": ({"inputs": None, "gram": np.eye(300)}, "shape"),
    "a Gram matrix that is not symmetric": ({"inputs": None, "gram": np.triu(np.ones((450, 450)))}, "gram"),
    "a Gram matrix with negative diagonal": ({"inputs": None, "gram": -np.eye(450)}, "gram"),
    "logit ids of other points": ({"logit_ids": np.arange(450) + 10_000}, "ids"),
    "logit ids of another type": ({"logit_ids": [str(i) for i in range(450)]}, "ids"),
    "logit ids twice": ({"logit_ids": np.zeros(450, int)}, "duplicate-ids"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_arrays_that_cannot_be_right_are_refused(mistake):
    changes, kind = WRONG[mistake]
    assert refusal(**changes).kind == kind


def test_refusals_say_what_to_do():
    assert "subtract 1" in refusal(**WRONG["labels from 1"][0]).message
    assert "(checkpoints, 450, 1)" in refusal(**WRONG["checkpoints of a binary teacher without an axis"][0]).message
    assert "(1, 7, 2)" in refusal(**WRONG["NaN in the logits"][0]).message


def test_what_is_left_out_has_its_default():
    arrays = problem_arrays()
    problem = Problem.from_arrays(labels=arrays["labels"], teacher_logits=arrays["teacher_logits"][0])
    assert problem.ids.tolist() == list(range(450)) and problem.checkpoints.tolist() == [0]
    assert problem.teacher_logits.shape == (1, 450, 4) and problem.n_classes == 4
    assert problem.features is None and problem.gram is None and problem.seen is None
    assert not problem.split.any() and (problem.audit_labels == -1).all()
    assert np.array_equal(problem.truth, problem.labels)


@pytest.mark.parametrize("shape", [(450,), (450, 1), (1, 450, 1)])
def test_one_logit_of_a_binary_teacher_becomes_two_of_that_difference(shape):
    logit = np.random.default_rng(0).normal(size=450)
    problem = Problem.from_arrays(labels=(logit > 0).astype(int), teacher_logits=logit.reshape(shape))
    assert problem.teacher_logits.shape == (1, 450, 2)
    np.testing.assert_allclose(problem.teacher_logits[0, :, 1] - problem.teacher_logits[0, :, 0], logit)


def test_images_are_flattened_and_splits_have_names():
    arrays = problem_arrays()
    arrays["inputs"] = arrays["inputs"].reshape(450, 2, 2, 2)
    arrays["split"] = np.array(["transfer", "audit", "test"])[np.arange(450) % 3]
    problem = Problem.from_arrays(**arrays)
    assert problem.features.shape == (450, 8)
    assert problem.split.tolist() == (np.arange(450) % 3).tolist()
    assert problem.of(2).tolist() == list(range(2, 450, 3))


def test_logits_in_another_order_are_brought_into_that_of_the_ids():
    arrays = problem_arrays()
    order = np.random.default_rng(1).permutation(450)
    shuffled = {**arrays, "teacher_logits": arrays["teacher_logits"][:, order], "logit_ids": arrays["ids"][order]}
    straight = Problem.from_arrays(**arrays)
    assert np.array_equal(Problem.from_arrays(**shuffled).teacher_logits, straight.teacher_logits)


@pytest.mark.parametrize("names", [np.str_, np.bytes_])
def test_ids_may_be_text(names):
    arrays = problem_arrays()
    arrays["ids"] = arrays["ids"].astype(names)
    assert Problem.from_arrays(**arrays).ids.dtype.kind == "U"


@pytest.mark.parametrize("library", [torch.tensor, jnp.asarray])
def test_arrays_of_torch_and_jax_are_those_of_numpy(library):
    arrays = problem_arrays()
    theirs = Problem.from_arrays(**{name: library(values) for name, values in arrays.items()})
    ours = Problem.from_arrays(**arrays)
    for name in ("ids", "labels", "teacher_logits", "features", "split", "audit_labels"):
        np.testing.assert_allclose(getattr(theirs, name), getattr(ours, name), rtol=1e-6)


@pytest.mark.parametrize(
    "half",
    [lambda v: torch.tensor(v, dtype=torch.bfloat16, requires_grad=True), lambda v: jnp.asarray(v, jnp.bfloat16)],
)
def test_brain_floats_and_gradients_are_no_obstacle(half):
    arrays = problem_arrays()
    theirs = Problem.from_arrays(**{**arrays, "teacher_logits": half(arrays["teacher_logits"])})
    np.testing.assert_allclose(theirs.teacher_logits, arrays["teacher_logits"], rtol=0.01)
