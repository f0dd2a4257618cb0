"""Plain text at the width of the terminal: aligned tables and entries of a heading and a paragraph.

Output that goes to a file or a pipe is not wrapped, so that each row is one line there.
"""

import shutil
import textwrap
from collections.abc import Iterable, Sequence

_GAP = "  "
_NARROWEST = 24


def width() -> int | None:
    """Return the columns of the terminal, or of the variable COLUMNS; None where the output is no terminal."""
    return shutil.get_terminal_size(fallback=(0, 0)).columns or None


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], limit: int | None = None) -> list[str]:
    """Return the lines of an aligned table.

    Parameters
    ----------
    columns : sequence of str
        Headings.
    rows : iterable of sequence of str
        Cells.
    limit : int, optional
        Most characters in a line. The widest columns are wrapped until the table fits, between words as far as
        possible.
    """
    cells = [list(columns), *map(list, rows)]
    by_column = list(zip(*cells, strict=True))
    widths = [max(map(len, column)) for column in by_column]
    if limit is not None:
        room = limit - len(_GAP) * (len(widths) - 1)
        words = [max((len(word) for cell in column for word in cell.split()), default=0) for column in by_column]
        for least in (words, [max(1, room // len(widths))] * len(widths)):
            _shrink(widths, least, room)
    rule = ["-" * each for each in widths]
    return [line for row in (cells[0], rule, *cells[1:]) for line in _lines(row, widths)]


def _shrink(widths, least, room):
    """Take from the widest column that is above its least width, until all fit the room or none is."""
    while sum(widths) > room:
        wide = [column for column, width in enumerate(widths) if width > least[column]]
        if not wide:
            return
        widths[max(wide, key=widths.__getitem__)] -= 1


def _lines(row, widths):
    parts = [textwrap.wrap(cell, each) or [""] for cell, each in zip(row, widths, strict=True)]
    height = max(map(len, parts))
    filled = [part + [""] * (height - len(part)) for part in parts]
    return [
        _GAP.join(text.ljust(each) for text, each in zip(line, widths, strict=True)).rstrip()
        for line in zip(*filled, strict=True)
    ]


def paragraph(text: str, limit: int | None = None, indent: str = "") -> list[str]:
    """Return the lines of a paragraph: one line where ``limit`` is None, else wrapped at ``limit`` characters."""
    if limit is None:
        return [indent + " ".join(text.split())]
    return textwrap.wrap(text, max(limit, _NARROWEST), initial_indent=indent, subsequent_indent=indent)


def entry(heading: str, *paragraphs: str, limit: int | None = None) -> list[str]:
    """Return the lines of a heading and, indented below it, its paragraphs, wrapped at ``limit`` characters."""
    return [heading, *(line for each in paragraphs for line in paragraph(each, limit, indent="    "))]
