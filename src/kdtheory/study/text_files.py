"""Text files of bounded size, and the error that says what is wrong with a file and where."""

import difflib
import os
import re
from pathlib import Path

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class UnreadableFile(ValueError):
    """A file cannot be used.

    Parameters
    ----------
    path : path-like
    line : int or None
        Where, from 1; None for the file as a whole.
    message : str
        What is wrong; the error is one line: ``path:line: message``.
    """

    def __init__(self, path: str | os.PathLike, line: int | None, message: str) -> None:
        text = f"{path}: {message}" if line is None else f"{path}:{line}: {message}"
        super().__init__("".join(letter if letter.isprintable() else "?" for letter in text))


def read_text(path: str | os.PathLike, largest: int) -> str:
    """Read a file of UTF-8 text.

    Parameters
    ----------
    path : path-like
    largest : int
        Number of bytes that it may have; no more are read.

    Raises
    ------
    UnreadableFile
        There is no such file, it is no regular file, too large, not UTF-8, or has control characters.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise UnreadableFile(path, None, f"no such file{_neighbours_of(path)}")
        if not path.is_file():
            raise UnreadableFile(path, None, "is no regular file")
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise UnreadableFile(path, None, error.strerror) from None
    if len(content) > largest:
        raise UnreadableFile(path, None, f"has more than {largest:,} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(path, line, f"is not UTF-8 text, at byte {error.start}") from None
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableFile(path, line, f"has the unprintable character {found[0]!r}")
    return text


def _neighbours_of(path):
    names = sorted(each.name for each in path.parent.glob("*.yaml"))
    close = difflib.get_close_matches(path.name, names, n=1)
    guess = f"; did you mean {path.with_name(close[0])}?" if close else ""
    return guess + (f" ({path.parent} has {', '.join(names[:20])})" if names else "")
