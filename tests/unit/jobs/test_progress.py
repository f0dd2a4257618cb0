"""The lines that a run prints (`snakemake_logger_plugin_kdtheory`)."""

import logging
import sys
from types import SimpleNamespace

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from kdtheory.jobs.durations import duration
from snakemake_logger_plugin_kdtheory import LogHandler
from snakemake_logger_plugin_kdtheory.progress import Progress


class Clock:
    """A clock that stands until it is set."""

    now = 0.0

    def __call__(self):
        return self.now


def job(number, rule, message=None, log=()):
    return SimpleNamespace(jobid=number, rule_name=rule, rule_msg=message, log=list(log))


@pytest.fixture
def clock():
    return Clock()


def test_the_time_left_is_that_of_the_jobs_of_each_rule_at_the_pace_of_the_run(clock):
    progress = Progress(clock)
    assert progress.planned({"fit": 3, "draw": 2, "total": 5}) == "5 jobs to do"
    for number in (1, 2):  # two at once
        progress.started(job(number, "fit", f"Fit {number}"))
    clock.now = 60.0
    assert progress.finished(1) == "[1/5] Fit 1 (60 s); about 4 min left"
    # 1 fit of 60 s and 2 jobs of a mean of 60 s, two jobs at once.
    assert progress.finished(2) == "[2/5] Fit 2 (60 s); about 90 s left"
    progress.started(job(3, "draw", "Draw"))
    clock.now = 66.0
    # 60 s + 6 s of work at 126 s / 66 s.
    assert progress.finished(3) == "[3/5] Draw (6.0 s); about 35 s left"


def test_the_last_job_has_no_time_left(clock):
    progress = Progress(clock)
    progress.planned({"draw": 1, "total": 1})
    progress.started(job(0, "draw"))
    clock.now = 0.25
    assert progress.finished(0) == "[1/1] draw (0.2 s)"


def test_jobs_that_failed_and_were_not_done_later_are_named_with_their_logs(clock):
    progress = Progress(clock)
    progress.planned({"fit": 2, "total": 2})
    for number in (1, 2):
        progress.started(job(number, "fit", f"Fit {number}"))
        progress.failed(job(number, "fit", log=[f"logs/{number}.log (check log file(s) for error details)"]))
    progress.started(job(2, "fit", "Fit 2"))
    progress.finished(2)
    assert progress.failures() == ["1 job failed:", "  Fit 1: see logs/1.log"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.44, "0.4 s"), (12.3, "12 s"), (99.9, "100 s"), (185, "3 min"), (9000, "2.5 h"), (14164 * 3600, "14,164 h")],
)
def test_times_are_said_in_words(seconds, words):
    assert duration(seconds) == words


def test_a_run_prints_finished_jobs_and_warnings_and_nothing_else(capsys):
    handler = LogHandler(settings(), None)
    for level, event, message, extra in (
        (logging.INFO, LogEvent.WORKFLOW_STARTED, "Workflow has started!", {}),
        (logging.INFO, None, "Building DAG of jobs...", {}),
        (logging.INFO, LogEvent.RUN_INFO, "Job stats:", {"stats": {"draw": 1, "total": 1}}),
        (logging.INFO, LogEvent.JOB_INFO, "Rule: draw", vars(job(7, "draw", "Draw a figure"))),
        (logging.INFO, LogEvent.JOB_STARTED, "Execute 1 jobs...", {"jobs": [7]}),
        (logging.WARNING, None, "A warning.", {}),
        (logging.INFO, LogEvent.JOB_FINISHED, "Finished jobid: 7", {"job_id": 7}),
        (logging.INFO, LogEvent.PROGRESS, None, {"done": 1, "total": 1}),
    ):
        handler.emit(record(level, event, message, extra))
    handler.close()
    assert capsys.readouterr().err.splitlines() == ["1 job to do", "A warning.", "[1/1] Draw a figure (0.0 s)"]


def test_failed_jobs_are_named_once_and_then_what_is_missing(capsys):
    handler = LogHandler(settings(), None)
    handler._progress.failed(job(3, "draw", log=["logs/draw.log"]))
    handler.emit(record(logging.WARNING, None, "missing: 1 of 2 figures; see above", {}))
    handler.emit(record(logging.WARNING, None, "", {}))
    for _ in range(2):
        handler.close()
    expected = ["1 job failed:", "  draw: see logs/draw.log", "missing: 1 of 2 figures; see above"]
    assert capsys.readouterr().err.splitlines() == expected


def settings():
    names = ("stdout", "verbose", "debug_dag", "dryrun", "printshellcmds", "show_failed_logs")
    return SimpleNamespace(**dict.fromkeys(names, False), nocolor=True, quiet=set())


def record(level, event, message, extra):
    made = logging.LogRecord("snakemake", level, __file__, 0, message, None, None)
    vars(made).update(extra, **({"event": event} if event else {}))
    return made


def test_snakemake_finds_the_plugin_by_its_name():
    from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

    assert (
        LoggerPluginRegistry().get_plugin("kdtheory").log_handler
        is sys.modules["snakemake_logger_plugin_kdtheory"].LogHandler
    )
