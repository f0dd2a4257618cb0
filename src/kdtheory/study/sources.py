"""Which files of the package a module's code consists of: it and every project module that it imports; its data."""

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def files_of(module: str) -> list[Path]:
    """Return the source files of a project module and of all project modules it imports, sorted.

    Parameters
    ----------
    module : str
        Dotted name within ``kdtheory``.

    Returns
    -------
    list of pathlib.Path
        Found by reading ``import`` statements, also those inside functions; nothing is imported. Packages'
        ``__init__`` files do not count: they are lazy façades, through which no project module imports.

    Raises
    ------
    ValueError
        There is no such module.
    """
    if _path(module) is None:
        raise ValueError(f"{module}: no such module in {PACKAGE}")
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_imported(name))
    return sorted(_path(name) for name in found)


def assets_of(package: str) -> list[Path]:
    """Return the files of a project package that are no Python, sorted.

    Parameters
    ----------
    package : str
        Dotted name within ``kdtheory``.

    Returns
    -------
    list of pathlib.Path
    """
    folder = PACKAGE.parent.joinpath(*package.split("."))
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".py")


@cache
def _imported(name):
    path = _path(name)
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            candidates = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            candidates = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        imported.update(candidate for candidate in candidates if _path(candidate) is not None)
    return frozenset(imported)


@cache
def _path(name):
    path = PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py")
    return path if name.startswith(f"{PACKAGE.name}.") and path.is_file() else None
