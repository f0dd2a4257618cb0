"""The one file that keeps a trained teacher: its arrays at every stopping epoch, as ``epoch-<epoch>/<name>``."""


def joined(kept):
    """Return the arrays of all stopping epochs as one dictionary.

    Parameters
    ----------
    kept : dict of int to dict
        For each stopping epoch, the teacher's arrays by name.

    Returns
    -------
    dict
        The same arrays as ``epoch-<epoch>/<name>``.
    """
    return {f"epoch-{epoch}/{name}": values for epoch, arrays in kept.items() for name, values in arrays.items()}


def at_epochs(checkpoints, epochs):
    """Return the arrays of some stopping epochs, one dictionary for each, in the order of ``epochs``.

    Parameters
    ----------
    checkpoints : dict
        What `joined` returned.
    epochs : iterable of int

    Raises
    ------
    ValueError
        An epoch is not among those that were kept.
    """
    kept = {}
    for key, values in checkpoints.items():
        epoch, _, name = key.removeprefix("epoch-").partition("/")
        kept.setdefault(int(epoch), {})[name] = values
    missing = [epoch for epoch in epochs if epoch not in kept]
    if missing:
        raise ValueError(f"checkpoints: hold the epochs {sorted(kept)}, not {missing}")
    return [kept[epoch] for epoch in epochs]
