import numpy as np
import pytest

from kdtheory.students.designs import DESIGNS, ordered
from kdtheory.students.pools import errors_by_half, pool_and_test
from kdtheory.tasks.parts import Part


@pytest.fixture
def pool():
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((40, 15))
    return inputs, inputs @ rng.standard_normal(15)


def test_margins_are_angles_to_the_teachers_boundary(pool):
    inputs, logits = pool
    margins = np.abs(logits) / np.linalg.norm(inputs, axis=1)
    largest, smallest = (ordered(f"{which}_margin", inputs @ inputs.T, logits, 40) for which in ("largest", "smallest"))
    assert (np.diff(margins[largest]) <= 0).all()
    np.testing.assert_array_equal(largest[::-1], smallest)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_lengths_of_points_change_no_design(pool, design):
    inputs, logits = pool
    lengths = 2.0 ** np.random.default_rng(1).integers(-3, 3, 40)
    longer = inputs * lengths[:, None]
    order = ordered(design, inputs @ inputs.T, logits, 12)
    assert len(set(order.tolist())) == 12
    np.testing.assert_array_equal(ordered(design, longer @ longer.T, logits * lengths, 12), order)


def test_random_is_the_order_of_the_pool(pool):
    np.testing.assert_array_equal(ordered("random", pool[0] @ pool[0].T, pool[1], 5), np.arange(5))


def test_what_there_is_not_is_refused(pool):
    inputs, logits = pool
    with pytest.raises(ValueError, match="design is 'best'; allowed are random, pivoted_cholesky"):
        ordered("best", inputs @ inputs.T, logits, 3)
    with pytest.raises(ValueError, match="the pool has 40 points; the design needs 41"):
        ordered("random", inputs @ inputs.T, logits, 41)


def test_pool_and_test_points_are_apart():
    part = np.array([Part.TEST, Part.TRANSFER, Part.ORACLE, Part.TRANSFER, Part.TEACHER, Part.TEST])
    pool, test = pool_and_test(part, 1, 3)
    np.testing.assert_array_equal(pool, [1])
    np.testing.assert_array_equal(test, [0, 2, 5])
    with pytest.raises(ValueError, match="2 transfer points; the cell needs 3"):
        pool_and_test(part, 3, 1)
    with pytest.raises(ValueError, match="3 test and oracle points; the cell needs 4"):
        pool_and_test(part, 1, 4)


def test_errors_are_counted_on_each_half():
    teacher = np.array([1.0, -1.0, 1.0, -1.0])
    students = np.array([[1.0, 1.0, -2.0, 3.0], [1.0, -1.0, 1.0, -1.0]])
    np.testing.assert_array_equal(errors_by_half(students, teacher), [[0.5, 0.0], [1.0, 0.0]])
