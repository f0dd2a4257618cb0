"""Logging of a job: messages, progress lines, and one clear error at the end of a failed command."""

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Iterator

SECONDS_BETWEEN_PROGRESS_LINES = 3.0

_log = logging.getLogger("kdtheory")


class Progress:
    """Log what is done and what remains, at most one line every few seconds.

    Parameters
    ----------
    total : int
        Number of steps of the whole work.
    what : str
        Plural noun of a step ("transfer sets").
    """

    def __init__(self, total: int, what: str) -> None:
        self.total, self.what, self.done = total, what, 0
        self.started = self.last_line = time.monotonic()

    def advance(self, steps: int = 1) -> None:
        """Count ``steps`` more steps as done."""
        self.done += steps
        now = time.monotonic()
        if now - self.last_line < SECONDS_BETWEEN_PROGRESS_LINES:
            return
        self.last_line = now
        remaining = (now - self.started) / self.done * (self.total - self.done)
        _log.info("%d of %d %s done, about %.0f s remain", self.done, self.total, self.what, remaining)


def run(main: Callable[[], object]) -> None:
    """Run a job's ``main``; expected failures end it with one ``error:`` line and exit status 1.

    The last line of a job that succeeds tells the processor time of its work, apart from that of starting Python and
    its imports.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    before = time.process_time()
    with one_error_line():
        main()
    _log.info("done: %.2f s of work after %.2f s of imports (processor time)", time.process_time() - before, before)


@contextlib.contextmanager
def one_error_line() -> Iterator[None]:
    """End the program with one ``error:`` line and exit status 1 when what is inside fails in an expected way.

    Any other exception keeps its traceback: it is a defect of ours, not of the user's input.
    """
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        _log.debug("details", exc_info=True)
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
