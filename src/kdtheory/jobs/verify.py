"""Which files of a finished study are as they were written: ``kdtheory verify results``."""

import argparse
import json
import os
import re
from pathlib import Path

from kdtheory.jobs.storage import READERS, CorruptFile, check_bytes, read, read_tree

# Name of an unfinished file of `kdtheory.jobs.storage.replacing`; a killed job leaves it, and nothing reads it.
_UNFINISHED = re.compile(r"\..+-[a-z0-9_]{8}\.\w+")


def verify(folder: str | os.PathLike) -> tuple[int, list[str]]:
    """Check every result file below a folder against the digest in it.

    ``claims.json`` is a plain list without a digest of its own: its records are compared with the claim files that it
    was collected from. Figures, tables and pages carry no digest and are not checked, nor are the
    unfinished files that a killed job leaves behind and nothing reads.

    Parameters
    ----------
    folder : path-like
        The results folder, or a part of it.

    Returns
    -------
    whole : int
        Number of files that are as they were written.
    faults : list of str
        One line for each file that is not: its path and what is wrong with it.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or it holds no result file.
    """
    files = sorted(
        file for file in Path(folder).rglob("*") if file.suffix in READERS and not _UNFINISHED.fullmatch(file.name)
    )
    if not files:
        raise FileNotFoundError(f"{folder}: holds no result file; run the workflow to make some")
    faults = []
    for file in files:
        try:
            _check(file)
        except (CorruptFile, OSError) as error:
            faults.append(" ".join(str(error).split()))
    return len(files) - len(faults), faults


def _check(file):
    if file.name == "claims.json":
        _check_collected(file)
    elif file.suffix == ".nc":
        check_bytes(file)
        (read_tree if _holds_groups(file) else read)(file)
    else:
        read(file)


def _holds_groups(file):
    import h5py

    with h5py.File(file) as opened:
        return any(isinstance(opened.get(name), h5py.Group) for name in opened)


def _check_collected(file):
    """Compare the records with those in the claim files; one that was not run may have one of an earlier run."""
    try:
        records = {entry["id"]: entry for entry in json.loads(file.read_text(encoding="utf-8"))}
        not_run = {name for name, entry in records.items() if entry["verdict"] == "not run"}
    except (ValueError, TypeError, KeyError) as error:
        raise CorruptFile(f"{file}: cannot be read as a list of claims ({error}); delete it and run again") from error
    checked = {}
    for source in (file.parent / "claims").glob("*.json"):
        try:
            checked |= {entry["id"]: entry for entry in read(source).get("claims", [])}
        except CorruptFile:  # it is named itself, and nothing is known of its claims
            return
    different = sorted(
        name for name in (records.keys() | checked.keys()) - not_run if records.get(name) != checked.get(name)
    )
    if different:
        raise CorruptFile(
            f"{file}: differs from the claim files beside it in {', '.join(different)}; delete it and run again"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory verify``."""
    parser.description = (
        "Check every .nc, .safetensors and .json file of a results folder against the digest in it, and "
        "claims.json against its claim files. Names each file that was changed, is truncated or carries no digest; "
        "the exit status is 1 then."
    )
    parser.add_argument("folder", type=Path, help="the results folder, or a part of it")


def run(arguments: argparse.Namespace) -> int:
    """Check a results folder; the exit status is 1 when a file is not as it was written."""
    whole, faults = verify(arguments.folder)
    for fault in faults:
        print(fault)
    print(f"{whole + len(faults)} result files: {whole} as they were written, {len(faults)} not")
    return int(bool(faults))
