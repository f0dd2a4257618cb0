import numpy as np
import pytest

from kdtheory.tasks.parts import Part, codes, first_of


def test_stored_codes_do_not_change():
    assert {part.name: int(part) for part in Part} == {"TRANSFER": 0, "TEST": 1, "ORACLE": 2, "TEACHER": 3}


def test_codes_are_repeated_in_the_order_of_the_counts():
    found = codes({Part.TRANSFER: 2, Part.TEST: 0, Part.TEACHER: 1})
    assert found.dtype == np.int8
    assert found.tolist() == [0, 0, 3]


def test_the_first_samples_of_a_part_are_found_or_counted():
    samples = np.array([1, 0, 1, 1], dtype=np.int8)
    assert first_of(Part.TEST, samples, 2).tolist() == [0, 2]
    with pytest.raises(ValueError, match="the dataset has 1 transfer points; the cell needs 2"):
        first_of(Part.TRANSFER, samples, 2)
