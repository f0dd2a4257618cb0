"""What a run has done and what is left: jobs by rule, their times, and an estimate of the time that is left."""

from collections import Counter

from kdtheory.jobs.durations import duration


class Progress:
    """Jobs of one run.

    Parameters
    ----------
    clock : callable
        Gives the time in seconds.
    """

    def __init__(self, clock):
        self._clock = clock
        self._left, self._total, self._done = Counter(), 0, 0
        self._running, self._times, self._failed = {}, {}, {}
        self._began = clock()

    def planned(self, stats):
        """Take the number of jobs by rule, with ``total``; return the line that says it."""
        self._left = Counter({rule: count for rule, count in stats.items() if rule != "total"})
        self._total, self._began = stats["total"], self._clock()
        return f"{self._total} jobs to do" if self._total != 1 else "1 job to do"

    def started(self, job):
        """Take a job that starts: ``jobid``, ``rule_name`` and ``rule_msg``, its message or None."""
        self._running[job.jobid] = job.rule_name, job.rule_msg or job.rule_name, self._clock()

    def failed(self, job):
        """Take a job that failed: ``jobid``, ``rule_name`` and ``log``, its files. It may be tried again."""
        _, words, _ = self._running.get(job.jobid, (None, job.rule_name, None))
        self._failed[job.jobid] = words, [str(path).split(" ")[0] for path in job.log]

    def finished(self, job):
        """Take the number of a job that is done; return its line."""
        rule, words, began = self._running.pop(job, ("", f"job {job}", self._clock()))
        took = self._clock() - began
        self._times.setdefault(rule, []).append(took)
        self._left[rule] -= 1
        self._failed.pop(job, None)
        self._done += 1
        width = len(str(self._total))
        line = f"[{self._done:{width}}/{self._total}] {words} ({duration(took)})"
        left = self._time_left()
        return line if left is None else f"{line}; about {duration(left)} left"

    def failures(self):
        """Return the lines that name the jobs that failed and were not done later, and their log files."""
        if not self._failed:
            return []
        lines = [f"{words}: see {', '.join(logs) or 'the messages above'}" for words, logs in self._failed.values()]
        return [f"{len(lines)} jobs failed:" if len(lines) > 1 else "1 job failed:", *(f"  {line}" for line in lines)]

    def _time_left(self):
        """The time of the jobs that are left, by the mean time of their rule or else of all, at the run's own pace.

        None after the last job and before a tenth of them is done.
        """
        left = {rule: count for rule, count in self._left.items() if count > 0}
        if not left or self._done < self._total / 10:
            return None
        all_times = [took for times in self._times.values() for took in times]
        means = {rule: sum(times) / len(times) for rule, times in self._times.items()}
        mean = sum(all_times) / len(all_times)
        work = sum(count * means.get(rule, mean) for rule, count in left.items())
        at_once = sum(all_times) / max(self._clock() - self._began, 1e-9)
        return work / max(at_once, 1e-9)
