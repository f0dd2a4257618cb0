"""2,000 mutated problem files: each is refused by name or read as what it is; nothing else happens."""

import io
import warnings
import zipfile

import numpy as np
import pytest
from problem_arrays import problem_arrays
from safetensors.numpy import save_file
from scipy.special import softmax

from kdtheory.problem import Problem, ProblemError, read_problem, write_problem
from kdtheory.problem.checker import accepted

DAMAGED_FILES, WRONG_FILES, RIGHT_FILES = 900, 900, 200
FIELDS = ("ids", "labels", "teacher_logits", "checkpoints", "features", "gram", "seen", "split", "audit_labels")
ENDINGS = ("npz", "safetensors", "nc")


def read(path):
    """The problem of a file, or the kinds of its refusals."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a file that is odd is no reason to warn on the side
            problem = read_problem(path)
            accepted(problem)
    except ProblemError as error:
        assert error.findings and all(finding.kind and finding.message for finding in error.findings)
        assert "\n" not in str(error) or path.suffix == ".nc"
        return None
    return problem


def same(one, other):
    pairs = [(getattr(one, name), getattr(other, name)) for name in FIELDS]
    return all(a is b is None or (a is not None and b is not None and np.array_equal(a, b)) for a, b in pairs)


def damaged(content, rng):
    """Bytes changed, taken out, put in, or cut off."""
    content = bytearray(content)
    kind = rng.integers(5)
    place = int(rng.integers(len(content)))
    length = int(rng.integers(1, 64))
    if kind == 0:
        for flip in rng.integers(len(content), size=rng.integers(1, 9)):
            content[flip] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del content[place : place + length]
    elif kind == 2:
        content[place:place] = rng.bytes(length)
    elif kind == 3:
        content[place : place + length] = bytes(length)
    else:
        del content[place:]
    return bytes(content)


# Of NetCDF the 300 files take more than 20 s.
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("ending", [*ENDINGS[:2], pytest.param("nc", marks=pytest.mark.slow)])
def test_a_damaged_file_is_refused_or_still_the_same_problem(ending, tmp_path):
    problem = Problem.from_arrays(**problem_arrays(n=60, audit=40))
    write_problem(problem, tmp_path / f"whole.{ending}")
    content, refused = (tmp_path / f"whole.{ending}").read_bytes(), 0
    rng, path = np.random.default_rng(0), tmp_path / f"mine.{ending}"
    for _ in range(DAMAGED_FILES // len(ENDINGS)):
        path.write_bytes(damaged(content, rng))
        found = read(path)
        refused += found is None
        assert found is None or same(found, problem)
    assert refused > 100  # the damage reaches what matters


def _at(name, value):
    """A value that is out of range, at one to five places."""

    def change(arrays, rng):
        values = arrays[name]
        if isinstance(value, float):
            values = values.astype(float)
        values.flat[rng.integers(values.size, size=rng.integers(1, 6))] = value
        arrays[name] = values

    return change


def _cast(name, dtype):
    def change(arrays, _rng):
        arrays[name] = arrays[name].astype(dtype)

    return change


def _shortened(arrays, rng):
    name = rng.choice(["labels", "inputs", "split", "ids", "audit_labels"])
    arrays[name] = arrays[name][: -int(rng.integers(1, 20))]


def _missing(arrays, rng):
    del arrays[rng.choice(["labels", "teacher_logits"])]


def _renamed(arrays, rng):
    arrays["logits"] = arrays.pop(rng.choice(["teacher_logits", "inputs", "ids"]))


def _probabilities(arrays, rng):
    arrays["teacher_logits"] = softmax(arrays["teacher_logits"] / rng.choice([1, 4]), axis=2)


def _permuted(arrays, rng):
    arrays["teacher_logits"] = np.roll(arrays["teacher_logits"], rng.integers(1, 4), axis=2)


def _constant(arrays, rng):
    arrays["teacher_logits"] = np.broadcast_to(arrays["teacher_logits"][:, :1], arrays["teacher_logits"].shape).copy()


def _one_signed(arrays, rng):
    arrays["teacher_logits"][:, :, rng.integers(4)] += 200


def _other_ids(arrays, rng):
    arrays["logit_ids"] = arrays["ids"] + 1_000_000


def _id_twice(arrays, rng):
    one, other = rng.choice(len(arrays["ids"]), 2, replace=False)
    arrays["ids"][one] = arrays["ids"][other]


def _transposed(arrays, rng):
    arrays["teacher_logits"] = np.swapaxes(arrays["teacher_logits"], 1, 2).copy()


def _extra_axis(arrays, rng):
    name = rng.choice(["labels", "ids", "teacher_logits", "split"])
    arrays[name] = arrays[name][None, None]


def _emptied(arrays, rng):
    name = rng.choice(["labels", "teacher_logits", "inputs"])
    arrays[name] = arrays[name][:0]


def _no_transfer(arrays, rng):
    arrays["split"][:] = rng.integers(1, 3)


WRONG = {
    "NaN logits": _at("teacher_logits", np.nan), "infinite logits": _at("teacher_logits", np.inf),
    "NaN inputs": _at("inputs", np.nan), "label too large": _at("labels", 4), "label too small": _at("labels", -2),
    "audit label too large": _at("audit_labels", 17), "split": _at("split", 3), "float labels": _cast("labels", float),
    "complex logits": _cast("teacher_logits", complex), "text logits": _cast("teacher_logits", "U8"),
    "float ids": _cast("ids", float), "object labels": _cast("labels", object), "shortened": _shortened,
    "missing": _missing, "renamed": _renamed, "probabilities": _probabilities, "permuted": _permuted,
    "constant": _constant, "one-signed": _one_signed, "other ids": _other_ids, "id twice": _id_twice,
    "transposed": _transposed, "extra axis": _extra_axis, "emptied": _emptied, "no transfer point": _no_transfer,
}  # fmt: skip


def written(path, arrays):
    """Write arrays as a user would, objects too where the format takes them; False where it does not."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)
        return True
    if any(values.dtype.kind not in "biuf" for values in arrays.values()):
        return False
    save_file({name: np.ascontiguousarray(values) for name, values in arrays.items()}, path)
    return True


@pytest.mark.slow
def test_arrays_that_are_wrong_are_never_accepted(tmp_path):
    rng, names = np.random.default_rng(1), list(WRONG)
    tried = dict.fromkeys(names, 0)
    for count in range(WRONG_FILES):
        name = names[count % len(names)]
        arrays = problem_arrays(n=int(rng.integers(60, 100)), audit=40, seed=int(rng.integers(1000)))
        WRONG[name](arrays, rng)
        path = tmp_path / f"mine.{rng.choice(ENDINGS[:2])}"
        if not written(path, arrays):
            path = tmp_path / "mine.npz"
            written(path, arrays)
        assert read(path) is None, name
        tried[name] += 1
    assert min(tried.values()) >= WRONG_FILES // len(names)


@pytest.mark.slow
def test_arrays_that_are_right_in_any_form_are_accepted(tmp_path):
    """Seeds, sizes, dtypes, orders of memory, shuffled rows and logits in another order: the same problem."""
    rng = np.random.default_rng(2)
    for count in range(RIGHT_FILES):
        arrays = problem_arrays(n=int(rng.integers(60, 100)), audit=40, seed=count)
        expected = Problem.from_arrays(**arrays)
        order = rng.permutation(len(arrays["ids"]))
        arrays["logit_ids"] = arrays["ids"][order]
        arrays["teacher_logits"] = np.asfortranarray(arrays["teacher_logits"][:, order])
        arrays["labels"] = arrays["labels"].astype(rng.choice([np.int8, np.int16, np.int32, np.int64]))
        arrays["split"] = arrays["split"].astype(rng.choice([np.uint8, np.int64]))
        path = tmp_path / "mine.npz"
        content = io.BytesIO()
        np.savez_compressed(content, **arrays)
        path.write_bytes(content.getvalue())
        assert zipfile.ZipFile(path).testzip() is None
        found = read(path)
        assert found is not None and same(found, expected)
