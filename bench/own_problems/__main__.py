"""Run the pairs that are missing, one file for each; print the table and the tests, or write the page of both."""

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
    parser.add_argument(
        "--docs", type=Path, help="write the page of the finished test, and its records, into this folder"
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
    if arguments.docs:
        kept = [
            {name: each[name] for name in each if name not in ("answer_text", "content_digest")} for each in records
        ]
        storage.write_json({"records": kept}, arguments.docs / "own-problem-results.json")
        with storage.replacing(arguments.docs / "own-problem-results.md") as temporary:
            temporary.write_text(decisions.page(records), encoding="utf-8")


if __name__ == "__main__":
    main()
