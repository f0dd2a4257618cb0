"""The teacher's logits as students read them: checked against the samples, at the chosen epochs."""


def aligned(dataset, logits):
    """Return the teacher's logits after checking that they belong to the samples of a dataset.

    Parameters
    ----------
    dataset, logits : xarray.Dataset
        Both carry ``sample_id``; ``logits`` has the variable ``logits(…, sample)``.

    Returns
    -------
    xarray.DataArray
        Without the encoding of its file, which would cut longer names of targets to the length of the longest that
        the file holds.

    Raises
    ------
    ValueError
        The sample ids differ.
    """
    if not dataset["sample_id"].equals(logits["sample_id"]):
        raise ValueError("the teacher's logits are not those of the dataset's samples")
    return logits["logits"].drop_encoding()


def selected(logits, stopping_epochs=None):
    """Return the logits at chosen stopping epochs.

    Parameters
    ----------
    logits : xarray.DataArray
    stopping_epochs : list of int, optional
        None keeps all.

    Raises
    ------
    ValueError
        The logits do not have an epoch.
    """
    if stopping_epochs is None:
        return logits
    known = logits["stopping_epoch"].values
    missing = sorted(set(stopping_epochs) - set(known.tolist()))
    if missing:
        raise ValueError(f"stopping_epoch {missing[0]} is not in the teacher's logits, which have {known}")
    return logits.sel(stopping_epoch=stopping_epochs)
