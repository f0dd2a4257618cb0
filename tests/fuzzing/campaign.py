"""A counted number of damaged files, read in a process of its own that may die without ending the count."""

import faulthandler
import logging
import mmap
import multiprocessing
import os
import random
import resource
import shutil
import struct
import time
import warnings
from collections import Counter

from fuzzing import targets
from fuzzing.damage import damaged

REFUSED, UNCHANGED, WRONG, UNNAMED, CRASHED, HUNG = (
    "refused", "read unchanged", "accepted wrongly", "no message", "crashed", "hung",
)  # fmt: skip
SECONDS_FOR_ONE = 60
_MOST_MEMORY = 6 * 2**30
_FILES_PER_MESSAGE = 200
_NUMBER = struct.Struct("q")


def run(folder, count, seed=0, first=0, make=targets.make):
    """Read damaged files, of each kind in turn.

    Parameters
    ----------
    folder : Path
        Where the files are made; it is left empty.
    count, seed, first : int
        How many, of which sequence, beginning where.
    make : callable
        Writes the files into a folder and returns the targets.

    Returns
    -------
    dict
        ``counts``: kind → outcome → number. ``found``: what went wrong, as texts with the number that repeats it.
        ``memory_mb``: the most that the process took, ``memory_before_mb`` before the first damaged file.
    """
    counts, wrong, memory, before = {}, [], 0, 0
    spans = [(first, first + count)]
    while spans:
        start, stop = spans.pop()
        if start == stop:
            continue
        reader = _Reader(folder / f"{start}-{stop}", start, stop, seed, make)
        told = reader.told()
        if reader.died_at is not None:
            # What it had not told yet is read again, without the file at which it died.
            spans += [(reader.died_at + 1, stop), (start + len(told), reader.died_at)]
            told.append((reader.died_at, *reader.death))
        for index, outcome, words in told:
            kind = reader.kinds[index % len(reader.kinds)]
            counts.setdefault(kind, Counter())[outcome] += 1
            if outcome not in (REFUSED, UNCHANGED):
                wrong.append(f"{index} ({kind}): {outcome}: {words}")
        memory, before = max(memory, reader.memory), before or reader.before
    return {
        "counts": {kind: dict(found) for kind, found in counts.items()},
        "found": wrong,
        "memory_mb": memory,
        "memory_before_mb": before,
    }


def records(found):
    """Return one record for each kind of file of what `run` found, as docs/reliability.json holds them."""
    return [
        {
            "fault": kind,
            "answer": "refused with a message that names it, or read as it was",
            "tried": sum(counts.values()),
            "survived": counts.get(REFUSED, 0) + counts.get(UNCHANGED, 0),
            "lost": sum(number for outcome, number in counts.items() if outcome not in (REFUSED, UNCHANGED)),
            "refused": counts.get(REFUSED, 0),
            "unchanged": counts.get(UNCHANGED, 0),
            "memory_mb": found["memory_mb"],
            "memory_before_mb": found["memory_before_mb"],
        }
        for kind, counts in found["counts"].items()
    ]


class _Reader:
    """A process that reads some damaged files, and what it told."""

    def __init__(self, folder, start, stop, seed, make):
        self._at = mmap.mmap(-1, 8)
        self._at[:8] = _NUMBER.pack(-1)
        context = multiprocessing.get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(folder, start, stop, seed, make, self._at, sender))
        self._process.start()
        sender.close()
        self.died_at, self.death, self.memory = None, None, 0

    def told(self):
        """Number, outcome and words of each file; without those after the last message, where the process died."""
        told, seen, since = [], -1, time.monotonic()
        try:
            self.kinds, self.before = self._receiver.recv()
            while True:
                if self._receiver.poll(0.5):
                    self.memory, more = self._receiver.recv()
                    told += more
                if self._now() != seen:
                    seen, since = self._now(), time.monotonic()
                elif time.monotonic() - since > SECONDS_FOR_ONE:
                    self._process.kill()
                    self.died_at, self.death = seen, (HUNG, f"for {SECONDS_FOR_ONE} s")
        except EOFError:
            self._process.join()
        if self._process.exitcode and self._now() < 0:
            raise RuntimeError("the files to be damaged could not be made")
        if self._process.exitcode and self.died_at is None:
            self.died_at, self.death = self._now(), (CRASHED, f"exit status {self._process.exitcode}")
        return [found for found in told if found[0] != self.died_at]

    def _now(self):
        return _NUMBER.unpack(self._at[:8])[0]


def _work(folder, start, stop, seed, make, at, sender):
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))
    folder.mkdir()
    made = make(folder)
    for target in made:
        target.read(target.path)
    contents = [target.path.read_bytes() for target in made]
    faulthandler.disable()
    # A library's own words on a damaged file, which come beside the message.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sender.send(([target.kind for target in made], _memory()))
    told = []
    for index in range(start, stop):
        at[:8] = _NUMBER.pack(index)
        target, content = made[index % len(made)], contents[index % len(made)]
        told.append((index, *_outcome(target, damaged(content, random.Random(f"{seed}/{index}")))))
        target.path.write_bytes(content)
        if len(told) == _FILES_PER_MESSAGE or index == stop - 1:
            sender.send((_memory(), told))
            told = []
    sender.close()
    shutil.rmtree(folder)


def _outcome(target, content):
    # As every file of the study, a new one: it is not written into one that a reader may have mapped.
    target.path.unlink()
    target.path.write_bytes(content)
    try:
        found = target.read(target.path)
        good = target.same(found, target.path)
    except target.refusals as error:
        if str(target.path.name) in str(error):
            return REFUSED, ""
        return UNNAMED, repr(error)[:300]
    except BaseException as error:
        return UNNAMED, repr(error)[:300]
    return (UNCHANGED, "") if good else (WRONG, "")


def _memory():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
