"""Files of every kind with damaged bytes: none is accepted wrongly, none crashes, hangs or takes much memory."""

import os
import signal

import pytest
from fuzzing import campaign
from fuzzing.targets import Target

COUNT = 2000
KINDS = 10


@pytest.mark.slow
def test_each_of_2000_damaged_files_is_refused_with_a_message_or_read_as_it_was(tmp_path):
    found = campaign.run(tmp_path, COUNT, seed=1)
    assert found["found"] == []
    records = campaign.records(found)
    assert len(records) == KINDS and all(record["survived"] == record["tried"] == COUNT // KINDS for record in records)
    assert all(record["refused"] > COUNT // KINDS // 2 for record in records)
    assert found["memory_mb"] - found["memory_before_mb"] < 300
    assert list(tmp_path.iterdir()) == []


def crash(path):
    os.kill(os.getpid(), signal.SIGSEGV)


def hang(path):
    signal.pause()


def raise_another_error(path):
    raise KeyError("x")


def refuse_without_the_name(path):
    raise ValueError("damaged")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("read", "outcome"),
    [
        (crash, "crashed: exit status -11"),
        (hang, "hung: for 1 s"),
        (raise_another_error, "no message: KeyError('x')"),
        (refuse_without_the_name, "no message: ValueError('damaged')"),
        (lambda path: "other data", "accepted wrongly: "),
    ],
    ids=["crash", "hang", "another error", "an error without the name", "other data"],
)
def test_what_goes_wrong_with_one_file_is_counted_with_its_number_and_the_others_are_read(
    tmp_path, monkeypatch, read, outcome
):
    monkeypatch.setattr(campaign, "SECONDS_FOR_ONE", 1)

    def make(folder):
        (folder / "a").write_bytes(b"content")
        (folder / "b").write_bytes(b"content")
        return [
            Target("good", folder / "a", refused, (ValueError,), lambda found, _: True),
            Target("bad", folder / "b", lambda path: refused(path) if whole(path) else read(path), (ValueError,), same),
        ]

    def whole(path):
        return path.read_bytes() == b"content"

    def refused(path):
        if not whole(path):
            raise ValueError(f"{path}: damaged")
        return "content"

    def same(found, path):
        return found == "content"

    found = campaign.run(tmp_path, 6, first=4, make=make)
    assert found["counts"]["good"] == {"refused": 3}
    assert found["found"] == [f"{index} (bad): {outcome}" for index in (5, 7, 9)]
    assert [record["lost"] for record in campaign.records(found)] in ([0, 3], [3, 0])
