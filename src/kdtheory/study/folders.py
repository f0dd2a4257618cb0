"""Where a run keeps its files: each preset has folders of its own, so that two presets never share one."""


def folder_of(preset: str, top: str = "results") -> str:
    """Return the folder of a preset, relative to the working folder.

    Parameters
    ----------
    preset : str
        Name of the preset, ``config["preset"]``.
    top : str
        "results" or "logs".

    Returns
    -------
    str
        The folder ``top`` itself for ``default``, ``top/<preset>`` for any other.
    """
    return top if preset == "default" else f"{top}/{preset}"
