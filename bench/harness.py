"""Contenders in turn, on the same inputs, each with the error of its result beside its time."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.statistics import exponent, ratio

# With six rounds the range of the rounds' ratios covers the true ratio with 97 % (`bench.statistics.ratio`).
ROUNDS = 6
# A round of a quick contender repeats it for this long: the clock's and the interpreter's noise is microseconds.
_SHORTEST_ROUND = 0.02


@dataclass(frozen=True)
class Contender:
    """One way to compute a result.

    Attributes
    ----------
    run : callable
        Takes nothing, returns the result. It waits for what it started: JAX is asynchronous.
    error : callable or None
        Result → its distance to the heat's reference; None for a floor, whose result is part of the answer only.
    extrapolated : str
        How the time of the whole was found from a measured part; empty where the whole was run.
    bytes : int or None
        Peak memory of the computation, measured apart (`bench.memory`).
    """

    run: Callable
    error: Callable | None
    extrapolated: str = ""
    bytes: int | None = None


@dataclass(frozen=True)
class Timed:
    """A result whose contender measured the time itself, because only a part of its run counts or was run."""

    result: object
    seconds: float


def timed_part(run, factor):
    """Return a run whose time counts ``factor`` times, because it is that part of the whole."""

    def part():
        result, seconds = _once(run)
        return Timed(result, seconds * factor)

    return part


def compete(parameters, contenders, *, error, unit=None, per=1, matrix_bytes=None, rounds=ROUNDS):
    """Run contenders in turn, after one warm-up each, and record times, ratios and errors.

    Parameters
    ----------
    parameters : dict
        What this heat's input is.
    contenders : dict of Contender
        The first is the one that the others are compared with.
    error : str
        What the errors measure.
    unit : str, optional
        What ``per`` counts ("point"), where the time of one is of interest.
    per : int
        Number of such units in one run.
    matrix_bytes : int, optional
        Size of the result, that peak memory is compared with.
    rounds : int
        At least 5.

    Returns
    -------
    dict
        ``parameters``, ``error``, ``unit``, ``per``, ``matrix_bytes`` and ``contenders``: by name the ``seconds`` of
        every round, their ``minimum`` and ``median``, the ``error``, and the ``ratio`` to the first with its range.

    Raises
    ------
    ValueError
        Fewer than five rounds.
    """
    if rounds < 5:
        raise ValueError(f"rounds is {rounds}, must be 5 or more")
    calls, errors = {}, {}
    for name, contender in contenders.items():
        result, _ = _once(contender.run)
        errors[name] = None if contender.error is None else float(contender.error(result))
        calls[name] = max(1, int(np.ceil(_SHORTEST_ROUND / _once(contender.run)[1])))
    seconds = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            seconds[name].append(_round(contender.run, calls[name]))
    first = next(iter(contenders))
    entries = {
        name: {
            "seconds": seconds[name],
            "minimum": float(np.min(seconds[name])),
            "median": float(np.median(seconds[name])),
            "error": errors[name],
            "is_floor": contender.error is None,
            "extrapolated": contender.extrapolated,
            "bytes": contender.bytes,
            **ratio(seconds[name], seconds[first]),
        }
        for name, contender in contenders.items()
    }
    heat = {"parameters": parameters, "error": error, "unit": unit, "per": per, "matrix_bytes": matrix_bytes}
    return {**heat, "contenders": entries}


def curve(quantity, variable, values, theory, *, unit="s"):
    """Record how something grows: its values by size, the exponent fitted to them, and what theory says of it.

    Parameters
    ----------
    quantity, variable : str
        What grows, and with what.
    values : dict
        Size → measured value.
    theory : str
        The exponent that an operation count gives.
    unit : str
        Of the values.
    """
    sizes, measured = list(values), list(values.values())
    record = {"quantity": quantity, "variable": variable, "unit": unit, "sizes": sizes, "values": measured}
    return {**record, "theory": theory, **exponent(sizes, measured)}


def times_by_size(run, sizes, rounds=ROUNDS):
    """Return size → least seconds of ``run(prepared)`` over alternating rounds after a warm-up.

    Parameters
    ----------
    run : dict
        Size → callable without arguments.
    sizes : sequence of int
    rounds : int
    """
    calls = {size: max(1, int(np.ceil(_SHORTEST_ROUND / max(_once(run[size])[1], 1e-9)))) for size in sizes}
    least = dict.fromkeys(sizes, np.inf)
    for _ in range(rounds):
        for size in sizes:
            least[size] = min(least[size], _round(run[size], calls[size]))
    return {size: float(value) for size, value in least.items()}


def _round(run, calls):
    gc.collect()
    return sum(_once(run)[1] for _ in range(calls)) / calls


def _once(run):
    started = time.perf_counter()
    result = run()
    elapsed = time.perf_counter() - started
    return (result.result, result.seconds) if isinstance(result, Timed) else (result, elapsed)
