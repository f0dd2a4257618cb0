"""Lazy package façades (PEP 562): a package names its public functions and imports none until one is used."""

from collections.abc import Callable
from importlib import import_module


def facade(
    package: str, exports: dict[str, tuple[str, ...]]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return ``(__getattr__, __dir__, __all__)`` for a package that re-exports names lazily.

    Parameters
    ----------
    package : str
        The package's ``__name__``.
    exports : dict
        Module (relative to the package) → tuple of public names that it defines.
    """
    home = {name: module for module, names in exports.items() for name in names}

    def __getattr__(name):
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home[name]}"), name)

    return __getattr__, lambda: sorted(home), sorted(home)
