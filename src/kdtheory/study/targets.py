"""What may be asked of the workflow, and what was meant by something else."""

import difflib
from collections.abc import Iterable
from pathlib import PurePath


def suggestion(target: str, rules: Iterable[str], files: Iterable[str]) -> str:
    """Return what a wrong target may have meant.

    Parameters
    ----------
    target : str
        Neither a rule nor a result.
    rules : iterable of str
        Names that the workflow knows.
    files : iterable of str
        Results that it can make.

    Returns
    -------
    str
        One line that names the target and what is nearest to it.
    """
    # A file may be meant by its whole path, its name, or its name without the ending, a file of a batch by the name of
    # its folder; the first file of a name is kept.
    meant = {name: name for name in rules}
    for file in files:
        path = PurePath(file)
        named = path.parent if path.stem.isdigit() else path
        for name in (file, named.name, named.stem):
            meant.setdefault(name, file)
    close = difflib.get_close_matches(target, meant, n=1, cutoff=0.5) or difflib.get_close_matches(
        PurePath(target).stem, meant, n=1, cutoff=0.5
    )
    guess = f"did you mean {meant[close[0]]}?" if close else f"rules: {', '.join(sorted(rules))}"
    return f"target {target}: neither a rule nor a result of this configuration; {guess}"
