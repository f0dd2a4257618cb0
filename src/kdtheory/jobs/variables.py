"""The environment variables of the study, and the check of all of them before a run."""

import difflib
import os
from pathlib import Path

from kdtheory.jobs.device import device_choice

DOWNLOADS = ("mirror", "npm")
# An empty variable is one that is not set.
_KNOWN = {
    "KDTHEORY_CACHE", "KDTHEORY_DATA", "KDTHEORY_DEVICE", "KDTHEORY_MIXED_PRESETS", "KDTHEORY_PRESET",
    "KDTHEORY_SOURCES",
}  # fmt: skip


def allowed_downloads() -> set[str]:
    """Return the kinds of downloads that KDTHEORY_SOURCES allows, all when it is not set or empty.

    Raises
    ------
    ValueError
        It is neither "none" nor a list of known kinds.
    """
    stated = os.environ.get("KDTHEORY_SOURCES") or ",".join(DOWNLOADS)
    if stated.strip() == "none":
        return set()
    allowed = {kind.strip() for kind in stated.split(",")}
    if not allowed <= set(DOWNLOADS):
        raise ValueError(f"KDTHEORY_SOURCES must be 'none' or a list of {DOWNLOADS}, got {stated!r}")
    return allowed


def presets_may_mix() -> bool:
    """Return whether KDTHEORY_MIXED_PRESETS allows results of several presets in one folder.

    Raises
    ------
    ValueError
        It is neither "allow" nor empty.
    """
    stated = os.environ.get("KDTHEORY_MIXED_PRESETS", "")
    if stated not in ("", "allow"):
        raise ValueError(f"KDTHEORY_MIXED_PRESETS is {stated!r}; allowed is allow")
    return stated == "allow"


def check_variables() -> None:
    """Check every variable whose name begins with KDTHEORY_.

    Raises
    ------
    ValueError
        One is unknown or has a value that no job could use; the message names it.
    """
    for name in sorted(os.environ):
        if name.startswith("KDTHEORY_") and name not in _KNOWN:
            close = difflib.get_close_matches(name, _KNOWN, n=1)
            guess = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(_KNOWN))}"
            raise ValueError(f"{name}: unknown variable; {guess}")
    device_choice()
    allowed_downloads()
    presets_may_mix()
    if (data := os.environ.get("KDTHEORY_DATA")) and not Path(data).expanduser().is_dir():
        raise ValueError(f"KDTHEORY_DATA is {data!r}, which is no folder")
    if cache := os.environ.get("KDTHEORY_CACHE"):
        cache = Path(cache).expanduser()
        existing = next((folder for folder in (cache, *cache.parents) if folder.exists()), Path("."))
        if not existing.is_dir():
            raise ValueError(f"KDTHEORY_CACHE is {str(cache)!r}, but {existing} is no folder")
