"""Check the claims of one module, in one job: opening the groups of the cube costs more than the claims do."""

import argparse

from kdtheory.claims.registry import by_module, record
from kdtheory.jobs import log, storage


def check(module, groups):
    """Check the claims of a module that read no other groups than the given ones.

    Parameters
    ----------
    module : str
        Name of a module of this package, without the package's; ``own`` has statements on a user's problem.
    groups : dict of str to xarray.Dataset
        Groups of the cube, by path.

    Returns
    -------
    list of dict
        One record for each claim that was checked, as `kdtheory.claims.registry.record` gives it.
    """
    readable = [claim for claim in (by_module() | by_module(own=True))[module] if set(claim.reads) <= groups.keys()]
    return [record(claim, claim.check(*(groups[name] for name in claim.reads))) for claim in readable]


def _main():
    parser = argparse.ArgumentParser(description="Check the claims of one module.")
    parser.add_argument(
        "module", choices=by_module() | by_module(own=True), metavar="module", help="module of kdtheory.claims"
    )
    parser.add_argument("--groups", nargs="+", required=True, type=storage.read, help="files of the groups")
    parser.add_argument("--output", required=True, help="JSON file to write")
    arguments = parser.parse_args()
    records = check(arguments.module, {group.attrs["group"]: group for group in arguments.groups})
    storage.write_json({"claims": records}, arguments.output)


if __name__ == "__main__":
    log.run(_main)
