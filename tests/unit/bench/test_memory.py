import numpy as np
import pytest

from bench import memory


def allocate(megabytes):
    """Prepare a run that needs this much beyond its input, and keeps none of it."""
    return lambda: float(np.ones(megabytes * 2**17).sum())


def test_the_peak_is_counted_after_it_was_freed():
    assert memory.measure(allocate(64)) == pytest.approx(64 * 2**20, rel=0.05)


def test_an_earlier_and_larger_peak_does_not_count():
    allocate(256)()
    assert memory.measure(allocate(32)) == pytest.approx(32 * 2**20, rel=0.1)


@pytest.mark.slow
def test_a_process_of_its_own_measures_and_reports_errors():
    kernels = memory.peak_bytes("bench.contests.growth", "kernel", 1000)
    assert 2 * 8e6 < kernels < 3 * 8e6
    with pytest.raises(RuntimeError, match="no_such_function"):
        memory.peak_bytes("bench.contests.growth", "no_such_function", 1)
