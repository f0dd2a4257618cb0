"""How many moments of each fault a run of the tests tried, and how many it survived."""

import contextlib
import json


class FaultLedger:
    """Counts by fault, in the order in which they were first tried."""

    def __init__(self):
        self._counts = {}

    def __len__(self):
        return len(self._counts)

    @contextlib.contextmanager
    def survives(self, fault, answer, moments=1):
        """Count moments of a fault as tried, and as survived when the block ends without an exception.

        Parameters
        ----------
        fault : str
            What is done to the study.
        answer : str
            What the study does then.
        moments : int
            How many times it is done in the block.
        """
        count = self._counts.setdefault(fault, {"fault": fault, "answer": answer, "tried": 0, "survived": 0})
        count["tried"] += moments
        yield
        count["survived"] += moments

    def records(self):
        """Return one record for each fault: ``fault``, ``answer``, ``tried``, ``survived``, ``lost``."""
        return [{**count, "lost": count["tried"] - count["survived"]} for count in self._counts.values()]

    def lines(self):
        """Return one line for each fault, and one of the sum."""
        records = self.records()
        total = {key: sum(record[key] for record in records) for key in ("tried", "survived", "lost")}
        return [
            f"{record['tried']:4d} tried {record['survived']:4d} survived {record['lost']:4d} lost   {record['fault']}"
            for record in [*records, {**total, "fault": "in total"}]
        ]


def keep(path, part, records):
    """Put the records of one part (faults, soak, damage) into a JSON file, in place of its earlier ones."""
    earlier = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    others = [record for record in earlier if record["part"] != part]
    kept = others + [{"part": part, **record} for record in records]
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
