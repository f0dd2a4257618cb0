"""The command line that every job of a stage shares: settings and files in, one stamped file out."""

import argparse
import inspect
import json
from functools import partial

from kdtheory import log, provenance, storage
from kdtheory.seeds import generator


def run_stage(*verbs, libraries=(), device=None):
    """Run one job: ``python -m kdtheory.<package>.<module> <verb> --settings … --output …``.

    Parameters
    ----------
    *verbs : callable
        What the module can do; a function's name is its verb. Each is ``verb(settings: Settings, draw, **files)``:
        ``draw(*key)`` gives the random generator of a piece of the work, every further parameter is an input file,
        passed as the dataset (or dictionary of arrays) that it holds. It returns the dataset (or the arrays) to store.
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
        command = commands.add_parser(verb.__name__, description=verb.__doc__.splitlines()[0])
        command.add_argument("--settings", required=True, help="the job's settings as JSON (docs/options.md)")
        command.add_argument("--seed", type=int, required=True, help="root seed of the study")
        command.add_argument("--key", required=True, help="name of the piece, which its random numbers depend on")
        for name in _file_parameters(verb):
            command.add_argument(f"--{name}", required=True, help=f"the {name} file")
        command.add_argument("--output", required=True, help="file to write")
    arguments = parser.parse_args()
    verb = next(verb for verb in verbs if verb.__name__ == arguments.verb)
    settings = parse_settings(inspect.get_annotations(verb)["settings"], arguments.settings)
    files = {name: storage.read(getattr(arguments, name)) for name in _file_parameters(verb)}
    result = verb(settings, partial(generator, arguments.seed, arguments.key), **files)
    storage.write(result, arguments.output, provenance.stamp(*libraries, device=device() if device else "cpu"))


def parse_settings(settings_class, text):
    """Build a stage's settings, a data class, from the JSON text on its command line; ValueError for unknown keys."""
    values = json.loads(text)
    unknown = set(values) - set(settings_class.__dataclass_fields__)
    if unknown:
        raise ValueError(f"{settings_class.__module__}: unknown settings {sorted(unknown)}")
    return settings_class(**values)


def _file_parameters(verb):
    return list(inspect.signature(verb).parameters)[2:]
