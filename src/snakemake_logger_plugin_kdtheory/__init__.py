"""Progress of a run, one line for each finished job (``snakemake --logger kdtheory``, which ``make study`` uses).

Snakemake finds this package by its name. Its own, longer output goes to the log file that it names at the end.
"""

import sys
import time

from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_kdtheory.progress import Progress

# What the line of a finished job says already, or nobody waits for.
_SILENT = {
    LogEvent.JOB_INFO,
    LogEvent.JOB_STARTED,
    LogEvent.SHELLCMD,
    LogEvent.PROGRESS,
    LogEvent.WORKFLOW_STARTED,
    LogEvent.RESOURCES_INFO,
}
# What the workflow says of a failed run, after the jobs that failed.
_LAST = "missing: "
_CHATTER = (
    "Assuming unrestricted shared",
    "Building DAG",
    "Using shell",
    "host:",
    "Select jobs",
    "Execute ",
    "Conda env",
)


class LogHandler(LogHandlerBase):
    """Print one line for each finished job, and errors and warnings as Snakemake does.

    A dry run, and a run with ``--verbose`` or ``--printshellcmds``, is printed as Snakemake prints it.
    """

    writes_to_stream, writes_to_file = True, False
    has_filter, has_formatter, needs_rulegraph = True, True, False

    def __post_init__(self):  # noqa: D105
        settings = self.common_settings
        self._plain = ColorizingTextHandler(settings.nocolor, stream=sys.stdout if settings.stdout else sys.stderr)
        self._plain.setFormatter(DefaultFormatter(settings.quiet, settings.show_failed_logs))
        self._plain.addFilter(
            DefaultFilter(
                settings.quiet, settings.debug_dag, settings.verbose, settings.dryrun, settings.printshellcmds
            )
        )
        self._whole = settings.dryrun or settings.verbose or settings.printshellcmds
        self._progress, self._told, self._last = Progress(time.monotonic), False, []

    def emit(self, record):
        """Print what a record says, if anything."""
        event = getattr(record, "event", None)
        if event == LogEvent.JOB_ERROR:
            self._progress.failed(record)
            self._plain.handle(record)
        elif self._whole:
            self._plain.handle(record)
        elif event == LogEvent.RUN_INFO:
            self._write(self._progress.planned(record.stats))
        elif event == LogEvent.JOB_INFO:
            self._progress.started(record)
        elif event == LogEvent.JOB_FINISHED:
            self._write(self._progress.finished(record.job_id))
        elif str(record.msg).startswith(_LAST):
            self._last.append(record.msg)
        elif event not in _SILENT and record.msg != "" and not str(record.msg).startswith(_CHATTER):
            self._plain.handle(record)

    def close(self):
        """Print which jobs failed, their log files, and what is missing; once, though a handler is closed twice."""
        if not self._told:
            self._told = True
            for line in [*self._progress.failures(), *self._last]:
                self._write(line)
        super().close()

    def _write(self, line):
        print(line, file=self._plain.stream, flush=True)
