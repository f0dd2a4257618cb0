"""The command line that every job of a stage shares: settings and files in, stamped files out."""

import argparse
import inspect
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from kdtheory.jobs import log, provenance, records, storage
from kdtheory.jobs.seeds import generator


def run_stage(*verbs: Callable, libraries: tuple[str, ...] = (), device: Callable[[], str] | None = None) -> None:
    """Run one job: ``python -m kdtheory.<package>.<module> <verb> --settings <file> … --output …``.

    Parameters
    ----------
    *verbs : callable
        What the module can do; a function's name is its verb. Each is ``verb(settings: Settings, draw, **files)``:
        ``draw(*key)`` gives the random generator of a piece of the work, every further parameter is an input file,
        passed as the dataset (or dictionary of arrays) that it holds. It returns the dataset (or the arrays) to store.

        A verb that trains for long has the parameter ``state``: a folder beside its output, undeclared to the
        workflow (which deletes the output of a job that was killed), in which it keeps what it needs to continue. It
        is removed when the output is written.
    libraries : tuple of str
        Distributions whose versions shape the result; recorded in the output.
    device : callable, optional
        Gives the name of the device that the job computes on, recorded in the output; left out for the CPU.
    """
    log.run(partial(_main, verbs, libraries, device))


def _main(verbs, libraries, device):
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="verb", required=True)
    for verb in verbs:
        command = commands.add_parser(verb.__name__, description=(verb.__doc__ or "").partition("\n")[0])
        command.add_argument(
            "--settings", required=True, type=Path, help="JSON file of the job's settings (docs/options.md)"
        )
        command.add_argument("--seed", type=int, required=True, help="root seed of the study")
        command.add_argument("--key", required=True, help="name of the piece, which its random numbers depend on")
        for name in _files_of(verb):
            command.add_argument(f"--{name}", required=True, type=Path, help=f"the {name} file")
        command.add_argument("--output", required=True, type=Path, help="file to write")
    arguments = parser.parse_args()
    verb = next(verb for verb in verbs if verb.__name__ == arguments.verb)
    text = arguments.settings.read_text(encoding="utf-8")
    settings = parse_settings(inspect.get_annotations(verb)["settings"], text)
    paths = {name: getattr(arguments, name) for name in _files_of(verb)}
    inputs = {name: storage.read(path) for name, path in paths.items()}
    if "state" in inspect.signature(verb).parameters:
        inputs["state"] = arguments.output.with_name(f".{arguments.output.stem}.training")
    result = verb(settings, partial(generator, arguments.seed, arguments.key), **inputs)
    stamp = provenance.stamp(*libraries, device=device() if device else "cpu")
    record = records.record(records.module_of(verb), arguments.key, json.loads(text), arguments.seed, paths.values())
    storage.write(result, arguments.output, {**stamp, **record})
    # Only now: until the output is written, the state alone holds what was learned.
    if "state" in inputs:
        shutil.rmtree(inputs["state"], ignore_errors=True)


def parse_settings(settings_class: type, text: str) -> Any:
    """Build a stage's settings from the JSON text on its command line.

    Parameters
    ----------
    settings_class : type
        A data class. If it has a class method ``variant(values)``, that chooses the class to build.
    text : str

    Raises
    ------
    ValueError
        A key is not a field of the class.
    """
    values = json.loads(text)
    if hasattr(settings_class, "variant"):
        settings_class = settings_class.variant(values)
    unknown = set(values) - set(settings_class.__dataclass_fields__)
    if unknown:
        raise ValueError(f"{settings_class.__module__}: unknown settings {sorted(unknown)}")
    return settings_class(**values)


def _files_of(verb):
    """Names of a verb's input files."""
    return [name for name in list(inspect.signature(verb).parameters)[2:] if name != "state"]
