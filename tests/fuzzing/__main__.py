"""Damage a counted number of files: ``make damage COUNT=100000``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from workflow.fault_ledger import keep

from fuzzing import campaign


def main():
    """Run the count and print it; the exit status is 1 where something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first; with --count 1 it repeats one")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="docs/reliability.json, to hold the counts")
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = campaign.run(Path(folder), arguments.count, arguments.seed, arguments.first)
    records = campaign.records(found)
    for record in records:
        print("{tried:7d} damaged {refused:7d} refused {unchanged:5d} read {lost:3d} else   {fault}".format(**record))
    for wrong in found["found"]:
        print(wrong)
    print(f"{found['memory_mb']} MB of memory, {found['memory_before_mb']} before; {time.monotonic() - began:.0f} s")
    if arguments.keep:
        keep(arguments.keep, "damage", records)
    return int(bool(found["found"]))


if __name__ == "__main__":
    sys.exit(main())
