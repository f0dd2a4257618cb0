import pytest

from kdtheory.study import batches

TASK = {"kind": "margin", "dim": 3, "worlds": 20}
DIGITS = {"kind": "digits", "digits": [0, 1]}


@pytest.mark.parametrize(
    ("dataset", "names"),
    [
        (TASK, ["0000"]),
        ({**TASK, "worlds_per_job": 20}, ["0000"]),
        ({**TASK, "worlds_per_job": 5}, ["0000", "0005", "0010", "0015"]),
        ({**TASK, "worlds": 3, "worlds_per_job": 1}, ["0000", "0001", "0002"]),
        (DIGITS, ["0000"]),
    ],
)
def test_files_are_named_by_the_first_world_of_their_batch(dataset, names):
    assert batches.names(dataset) == names


def test_a_cell_has_the_batches_of_its_first_worlds():
    dataset = {**TASK, "worlds_per_job": 5}
    assert batches.worlds_of_cell({}, dataset) == 20
    assert batches.firsts(dataset, batches.worlds_of_cell({"worlds": 10}, dataset)) == [0, 5]
    # The worlds of a cell on digits are splits of one set of images.
    assert batches.firsts(DIGITS, batches.worlds_of_cell({"worlds": 10}, DIGITS)) == [0]


def test_what_makes_a_batch_does_not_tell_how_many_worlds_there_are():
    few, many = ({**TASK, "worlds": worlds, "worlds_per_job": 5} for worlds in (20, 25))
    for first in batches.firsts(few):
        made = {"kind": "margin", "dim": 3, "worlds": 5, "first_world": first}
        assert batches.settings(few, first) == batches.settings(many, first) == made
    assert batches.settings(TASK, 0) == {**TASK, "first_world": 0}
    assert batches.settings(DIGITS, 0) == DIGITS
