"""The console command: ``kdtheory COMMAND …``, also ``python -m kdtheory COMMAND …``."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import kdtheory
from kdtheory.jobs import log

# Command → the module with its ``add_arguments(parser)`` and ``run(arguments)``, and what it does. The module is
# imported when its command is given, no other.
COMMANDS = {
    "verify": ("kdtheory.jobs.verify", "check every result file against the digest in it"),
    "check": ("kdtheory.study.check", "check configuration files, merged as a run merges them"),
    "plan": ("kdtheory.study.plan", "count what a configuration costs: operations, memory, hours"),
    "options": ("kdtheory.pages.options", "explain the keys of the configuration"),
    "claims": ("kdtheory.claims.listing", "list the papers' claims, and what a study found of them"),
    "figures": ("kdtheory.figures.listing", "list the figures and what they show"),
    "explore": ("kdtheory.pages.explorer.page", "write claims, cube and run of a study as one HTML page"),
    "cube": ("kdtheory.cube", "summarise the groups, dimensions and variables of a cube"),
    "problem": ("kdtheory.problem.check_command", "check a file of your own teacher's logits and data"),
    "diagnose": ("kdtheory.problem.command", "tell what theory can of your own teacher on your points"),
    "loss": ("kdtheory.problem.loss_command", "measure the soft ratio and temperature of your own loss"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line, without the program's name; by default those of this process.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    SystemExit
        With status 1 after one ``error:`` line when the command fails in an expected way, with 2 for wrong usage.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    with log.one_error_line():
        try:
            status = _run(arguments)
            print(end="", flush=True)
        except BrokenPipeError:
            # The reader, say `head`, has what it wants. Python flushes once more at its end, which must not fail.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return status


def _run(arguments):
    parser = argparse.ArgumentParser(
        prog="kdtheory", description=f"{kdtheory.__doc__ or ''} `kdtheory COMMAND --help` explains a command."
    )
    parser.add_argument("--version", action="version", version=f"kdtheory {kdtheory.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    parsers = {name: commands.add_parser(name, help=summary) for name, (_, summary) in COMMANDS.items()}
    name = next((each for each in arguments if not each.startswith("-")), None)
    if name not in COMMANDS:
        parser.parse_args(arguments)  # ends the program
    try:
        module = import_module(COMMANDS[name][0])
        module.add_arguments(parsers[name])
        return module.run(parser.parse_args(arguments))
    except argparse.ArgumentError as error:
        parsers[name].error(str(error))
    except ModuleNotFoundError as error:
        if error.name.split(".")[0] == "kdtheory":
            raise
        raise RuntimeError(
            f"kdtheory {name} needs {error.name}, which is not installed; pip install 'kdtheory[docs]'"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
