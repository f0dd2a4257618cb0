"""Check claims that read the same groups of the cube, in one job: opening the groups costs more than the claims do."""

import argparse
from pathlib import Path

from kdtheory.claims.registry import claims, record
from kdtheory.jobs import log, storage


def check(names, groups, folder):
    """Check claims on the groups that they read and write one file for each.

    Parameters
    ----------
    names : iterable of str
        Ids of claims.
    groups : list of xarray.Dataset
        The groups that each of them reads, in its order.
    folder : path-like
        Where ``<id>.json`` goes.
    """
    declared = claims()
    for name in names:
        storage.write_json(record(declared[name], declared[name].check(*groups)), Path(folder, f"{name}.json"))


def _main():
    parser = argparse.ArgumentParser(description="Check claims that read the same groups.")
    parser.add_argument("claims", nargs="+", choices=claims(), metavar="claim", help="ids of claims")
    parser.add_argument("--groups", nargs="+", required=True, help="files of the groups, in the claims' order")
    parser.add_argument("--output-folder", required=True, help="folder for the claims' JSON files")
    arguments = parser.parse_args()
    check(arguments.claims, [storage.read(path) for path in arguments.groups], arguments.output_folder)


if __name__ == "__main__":
    log.run(_main)
