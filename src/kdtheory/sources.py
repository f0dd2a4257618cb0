"""Which files of the package a module's code consists of: it and every project module that it imports."""

import ast
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def files_of(module):
    """Return the source files of a project module and of all project modules it imports, sorted.

    Parameters
    ----------
    module : str
        Dotted name within ``kdtheory``.

    Returns
    -------
    list of pathlib.Path
        Found by reading ``import`` statements, also those inside functions; nothing is imported. A package
        counts with its ``__init__``, whose lazy façade imports nothing.

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


@cache
def _imported(name):
    path = _path(name)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imported = {package} if package else set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            candidates = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module
            candidates = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        imported.update(candidate for candidate in candidates if _path(candidate) is not None)
    return frozenset(imported)


@cache
def _path(name):
    if name.split(".")[0] != PACKAGE.name:
        return None
    base = PACKAGE.parent.joinpath(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None
