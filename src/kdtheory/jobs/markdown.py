"""Markdown that shows what it is given: escaped text and tables."""

import re
from collections.abc import Iterable, Sequence


def escaped(text: str) -> str:
    """Return plain text such that Markdown shows it as it is, in a table too; code spans stay code."""
    parts = re.split(r"(`[^`]*`)", text)
    plain = [re.sub(r"([*<|\[\]])", r"\\\1", part) for part in parts[::2]]
    code = [part.replace("|", r"\|") for part in parts[1::2]]
    return "".join(a + b for a, b in zip(plain, [*code, ""], strict=True))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table; cells are Markdown already."""
    return ["| " + " | ".join(cells) + " |" for cells in (columns, ["---"] * len(columns), *rows)]
