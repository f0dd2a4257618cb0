"""What shaped a result file: the preset of its run, its job's own settings, and a digest of all settings behind it."""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

PRESET = "KDTHEORY_PRESET"
_NO_PRESET = "none"
_RECORD = ("preset", "settings", "settings_digest")
# Where a study keeps the files that carry a record.
_FOLDERS = ("datasets", "teachers", "students", "analysis")


def record(module: str, key: str, settings: dict, seed: int, inputs: Iterable[str | os.PathLike]) -> dict:
    """Return the attributes that tell what shaped a file.

    Parameters
    ----------
    module : str
        Dotted name of the module whose job writes the file.
    key : str
        Name of the piece, which its random numbers depend on.
    settings : dict
        The job's own settings, of JSON's types.
    seed : int
        Root seed of the study.
    inputs : iterable of path-like
        The result files that the job reads.

    Returns
    -------
    dict
        ``preset`` (of the workflow's run, "none" outside it), ``settings`` (JSON: ``kind``, the module's last name,
        and the settings), ``seed``, and ``settings_digest``, the SHA-256 of module, key, settings and seed of this
        job and of those that its inputs came from: nothing that reads the file, and not the preset's name.
    """
    behind = sorted(read_record(path).get("settings_digest", "") for path in inputs)
    return {
        "preset": os.environ.get(PRESET) or _NO_PRESET,
        "settings": json.dumps({"kind": module.rsplit(".", 1)[-1], **settings}, sort_keys=True),
        "seed": seed,
        "settings_digest": digest([module, key, settings, seed, behind]),
    }


def module_of(function: Callable) -> str:
    """Return the dotted name of the module that defines a function, also where that module is the program."""
    module = sys.modules[function.__module__]
    return module.__spec__.name if module.__spec__ else module.__name__


def digest(content: object) -> str:
    """Return the SHA-256 of something of JSON's types."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_record(path: str | os.PathLike) -> dict:
    """Return what `record` put into a result file, as text; its data are not read, nor its content digest checked.

    The JSON record of fetched images has none: no setting shaped them.
    """
    if Path(path).suffix == ".json":
        return {}
    if Path(path).suffix == ".safetensors":
        from safetensors import safe_open

        with safe_open(path, framework="numpy") as opened:
            metadata = opened.metadata() or {}
        return {key: metadata[key] for key in _RECORD if key in metadata}
    import h5py

    with h5py.File(path) as opened:
        return {key: opened.attrs[key] for key in _RECORD if key in opened.attrs}


def configuration(block: dict, experiment: str, seed: int, datasets: dict, logits: dict) -> dict:
    """Return the part of the configuration behind a measurement, from its block and the records of its inputs.

    Parameters
    ----------
    block : dict
        The experiment's own block.
    experiment : str
    seed : int
    datasets, logits : dict
        Paths of the files of all batches, a list for each name of a dataset, and for each (teacher, dataset).

    Returns
    -------
    dict
        With the keys of the study's configuration. A dataset has the worlds of all its batches.
    """
    return {
        "preset": os.environ.get(PRESET) or _NO_PRESET,
        "seed": seed,
        "experiments": {experiment: block},
        "datasets": {name: _joined_batches([_settings(path) for path in paths]) for name, paths in datasets.items()},
        "teachers": {teacher: _settings(paths[0]) for (teacher, _), paths in logits.items()},
    }


def _settings(path):
    return json.loads(read_record(path).get("settings", "{}"))


def _joined_batches(batches):
    """The block of a dataset from the settings of its batches; `kdtheory.study.batches.settings` divided it."""
    block = {key: value for key, value in batches[0].items() if key != "first_world"}
    if len(batches) > 1:
        block |= {"worlds": sum(batch["worlds"] for batch in batches), "worlds_per_job": batches[0]["worlds"]}
    return block


def joined(configurations: list[dict]) -> dict:
    """Return the configuration of several measurements, a list; presets that differ are joined by " + "."""
    whole = {"datasets": {}, "teachers": {}, "experiments": {}}
    for each in configurations:
        for section, blocks in whole.items():
            blocks.update(each[section])
    presets = sorted({each["preset"] for each in configurations})
    return {"preset": " + ".join(presets), "seed": configurations[0]["seed"], **whole}


def check_preset(results: str | os.PathLike, preset: str) -> None:
    """Check that a results folder holds nothing of another preset.

    Parameters
    ----------
    results : path-like
    preset : str
        Of the run that is about to begin.

    Raises
    ------
    ValueError
        It does; the message names a file, both presets and what to do.
    """
    others = {}
    for folder in _FOLDERS:
        for path in sorted(Path(results, folder).rglob("[!.]*")):
            if path.suffix in (".nc", ".safetensors") and (found := _preset_of(path)) not in (None, preset):
                others.setdefault(found, []).append(path)
    for other, paths in others.items():
        files = f"{paths[0]} and {len(paths) - 1} more files are" if len(paths) > 1 else f"{paths[0]} is"
        raise ValueError(
            f"{files} of preset {other}, this run is of preset {preset}: move {results} away, or set "
            "KDTHEORY_MIXED_PRESETS=allow to have both in one folder"
        )


def _preset_of(path):
    try:
        return read_record(path).get("preset")
    except Exception:  # a damaged file, which the job that reads it will name
        return None
