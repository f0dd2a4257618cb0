"""The schedule of a cluster against what can be counted by hand."""

import json
from base64 import b64encode

import pytest

from bench.cluster_simulation import Job, chains, jobs_of, makespan, speed_up

# a → b → d, a → c → d and e alone.
JOBS = {
    "a": Job("make", 1.0),
    "b": Job("fit", 4.0, {"a"}),
    "c": Job("fit", 2.0, {"a"}),
    "d": Job("measure", 1.0, {"b", "c"}),
    "e": Job("draw", 3.0),
}


def test_one_core_takes_the_sum_and_many_the_longest_chain():
    assert makespan(JOBS, 1) == 11
    assert makespan(JOBS, 10) == 6
    assert chains(JOBS) == {"a": 6, "b": 5, "c": 3, "d": 1, "e": 3}


def test_two_cores_take_the_longest_chain_first():
    # a and e; b, then c when e ends at 3; d when b ends at 5.
    assert makespan(JOBS, 2) == 6
    assert makespan(JOBS, 2, overhead=1.0) == 9


def record(folder, output, rule, seconds, inputs):
    path = folder / ".snakemake/metadata" / b64encode(output.encode()).decode()
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {"rule": rule, "log": [f"{output}.log"], "input": inputs, "starttime": 10.0, "endtime": 10.0 + seconds}
    path.write_text(json.dumps(entry))


def test_jobs_are_read_from_what_snakemake_recorded(tmp_path):
    record(tmp_path, "points.nc", "make", 1.0, ["code.py"])
    record(tmp_path, "students.nc", "fit", 2.0, ["points.nc", "code.py"])
    found = speed_up(tmp_path, cores=(1, 2))
    assert found["seconds"] == [3, 3] and found["total"] == 3 and found["jobs"] == 2
    assert found["critical_rules"] == ["make", "fit"]
    assert found["wall"] == 2
    assert found["seconds_with_scheduler"] == [13, 13]


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(ValueError, match=tmp_path.name):
        jobs_of(tmp_path)
