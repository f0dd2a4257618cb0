import numpy as np
import pytest

from kdtheory.figures import style


@pytest.mark.parametrize(
    ("arrays", "floor"),
    [
        (([3e-5, 1.0],), 1e-5),
        (([0.0, np.nan],), 1.0),
        (([1e-3],), 1e-3),
        (([1e-30, 0.1],), 1e-12),
        (([0.2], [0.04]), 1e-2),
    ],
)
def test_the_floor_is_the_power_of_ten_at_or_below_the_data(arrays, floor):
    assert style.floor_of(*arrays) == pytest.approx(floor, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (0.0123, "0.012"), (179.4, "180"), (1.2e-7, r"$1.2 \cdot 10^{-7}$"), (-2.4e6, r"$-2.4 \cdot 10^{6}$")],
)
def test_a_number_has_two_digits(value, words):
    assert style.number(value) == words


def test_ordered_values_get_distinct_colours():
    assert len(set(style.shades([1, 2, 3, 4]).values())) == 4
    assert len(style.shades([1])) == 1
