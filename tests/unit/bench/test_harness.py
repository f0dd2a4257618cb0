import itertools

import pytest

from bench import harness
from bench.harness import Contender, Timed, compete, curve, timed_part, times_by_size


@pytest.fixture
def clock(monkeypatch):
    """A clock that only contenders move."""

    class Clock:
        now = 0.0

        def spend(self, seconds, result=None):
            self.now += seconds
            return result

    clock = Clock()
    monkeypatch.setattr(harness.time, "perf_counter", lambda: clock.now)
    return clock


def test_contenders_alternate_after_a_warm_up_and_keep_every_round(clock):
    order = []

    def contender(name, durations):
        durations = iter(durations)
        return lambda: order.append(name) or clock.spend(next(durations))

    # Two calls warm up, six rounds count.
    ours = contender("ours", [9, 9, 1, 1, 2, 1, 1, 1])
    peer = contender("peer", [9, 9, 3, 4, 8, 3, 3, 3])
    heat = compete({"n": 1}, {"ours": Contender(ours, lambda _: 0.5), "peer": Contender(peer, None)}, error="e")
    assert order == ["ours"] * 2 + ["peer"] * 2 + ["ours", "peer"] * 6
    entry = heat["contenders"]["peer"]
    assert entry["seconds"] == [3, 4, 8, 3, 3, 3]
    assert (entry["minimum"], entry["median"]) == (3, 3)
    assert (entry["ratio"], entry["low"], entry["high"]) == (3, 3, 4)
    assert heat["contenders"]["ours"]["ratio"] == 1


def test_errors_are_those_of_the_results_and_a_floor_has_none(clock):
    contenders = {
        "ours": Contender(lambda: clock.spend(1, 3.0), lambda result: abs(result - 3.5)),
        "floor": Contender(lambda: clock.spend(1), None, bytes=7),
    }
    heat = compete({}, contenders, error="distance to 3.5", unit="point", per=10)
    ours, floor = heat["contenders"].values()
    assert (ours["error"], ours["is_floor"], ours["bytes"]) == (0.5, False, None)
    assert (floor["error"], floor["is_floor"], floor["bytes"]) == (None, True, 7)
    assert (heat["error"], heat["unit"], heat["per"]) == ("distance to 3.5", "point", 10)


def test_a_quick_contender_is_called_until_a_round_is_long_enough(clock):
    calls = itertools.count()

    def quick():
        next(calls)
        clock.spend(0.001)

    heat = compete({}, {"ours": Contender(quick, None)}, error="e")
    assert next(calls) == 2 + 6 * 20
    assert heat["contenders"]["ours"]["minimum"] == pytest.approx(0.001)


def test_a_measured_part_counts_as_the_whole(clock):
    part = Contender(
        timed_part(lambda: clock.spend(0.5, "roots"), 100), lambda result: float(result == "roots"), "half"
    )
    own = Contender(lambda: clock.spend(2) or Timed("roots", 7.0), lambda result: float(result == "roots"))
    heat = compete({}, {"part": part, "own": own}, error="e")
    assert heat["contenders"]["part"]["median"] == 50
    assert heat["contenders"]["part"]["extrapolated"] == "half"
    assert heat["contenders"]["own"]["median"] == 7
    assert [entry["error"] for entry in heat["contenders"].values()] == [1.0, 1.0]


def test_fewer_than_five_rounds_are_refused():
    with pytest.raises(ValueError, match="rounds is 4"):
        compete({}, {"ours": Contender(lambda: None, None)}, error="e", rounds=4)


def test_a_curve_carries_its_exponent(clock):
    times = times_by_size({n: lambda n=n: clock.spend(n**2) for n in (1, 2, 4)}, (1, 2, 4))
    assert times == {1: 1, 2: 4, 4: 16}
    grown = curve("kernel", "n", times, "2")
    assert grown["exponent"] == pytest.approx(2)
    assert (grown["sizes"], grown["values"], grown["theory"], grown["unit"]) == ([1, 2, 4], [1, 4, 16], "2", "s")


def test_the_least_of_the_rounds_counts_for_growth(clock):
    durations = itertools.chain([9, 5, 4, 6, 5, 5, 5])
    assert times_by_size({1: lambda: clock.spend(next(durations))}, (1,)) == {1: 4}
