"""Run the pairs that are missing, one file for each, and print the table and the tests of what is there."""

import argparse
import logging
import sys
import time
from pathlib import Path

from bench.own_problems import decisions, pairs
from kdtheory.jobs import storage


def main() -> None:
    """Run ``python -m bench.own_problems FOLDER``; a stopped run resumes after its last finished pair."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the records are and will be")
    parser.add_argument(
        "--minutes", type=float, default=120, help="begin no pair after this time (by default %(default)g)"
    )
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    began, records, missing = time.monotonic(), [], 0
    for task, noise, kind in pairs.pairs():
        path = arguments.folder / f"{task}-{noise:g}-{kind}.json"
        if not path.is_file():
            if time.monotonic() - began > 60 * arguments.minutes:
                missing += 1
                continue
            logging.info("%s, noise %g, %s", task, noise, kind)
            storage.write_json(pairs.measure(task, noise, kind), path)
        records.append(storage.read(path))
    if records:
        print("\n".join(decisions.lines(records)))
    if missing:
        print(f"{missing} of {len(records) + missing} pairs are missing: nothing is tested before all are there")
        return
    print("start against default:", decisions.start_test(records))
    print("answer:", decisions.answer_test(records))


if __name__ == "__main__":
    main()
