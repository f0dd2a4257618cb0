import numpy as np

from kdtheory.jobs.seeds import generator


def test_a_piece_of_work_gets_the_same_numbers_in_any_order():
    first = [generator(1, "task", repeat).random() for repeat in range(3)]
    second = [generator(1, "task", repeat).random() for repeat in reversed(range(3))]
    assert first == second[::-1]


def test_different_keys_and_seeds_give_different_numbers():
    keys = [(1, "a", 0), (1, "a", 1), (1, "b", 0), (2, "a", 0), (1, "a"), (1, "a0"), (1, "a", "0", "0")]
    assert len({generator(*key).random() for key in keys}) == len(keys)


def test_streams_of_neighbouring_repeats_are_uncorrelated():
    # Correlation of 20,000 independent normals exceeds 5 standard errors once in 2 million runs.
    one, two = (generator(0, "task", repeat).standard_normal(20_000) for repeat in (0, 1))
    assert abs(np.corrcoef(one, two)[0, 1]) < 5 / np.sqrt(20_000)
