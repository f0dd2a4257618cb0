"""A real Slurm of one node on this machine, from Debian's packages: in one folder, on loopback, without systemd.

Nothing is written outside the folder and nothing is linked into /etc: every command finds the configuration by
SLURM_CONF. The daemons are children of the process that starts them and end with it, however it ends.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LIVE = {"PENDING", "CONFIGURING", "RUNNING", "SUSPENDED", "COMPLETING"}
VOLATILE = {"/run": "**/", "/var": "**/", "/dev/shm": "", "/tmp": ""}
PATIENCE = 120

CONFIGURATION = """
ClusterName=loopback
SlurmctldHost={node}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
PlugStackConfig={folder}/etc/plugstack.conf
MailProg=/bin/true
# No cgroups: a container may have none. By process group, because a job's processes can lose their parent.
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
# A node is believed to be as large as it says, so that any machine can take the study's largest request.
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=2
# squeue remembers every job of the test.
MinJobAge=36000
KillWait=5
MessageTimeout=60
SlurmdTimeout=300
JobRequeue=0
GresTypes=gpu
NodeName={node} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=1000000 Gres=gpu:1 State=UNKNOWN
PartitionName=all Nodes={node} Default=YES MaxTime=INFINITE State=UP
"""

# Slurm counts a GPU by its device file; any device will do, since nothing here confines jobs to it.
DEVICES = "AutoDetect=off\nNodeName={node} Name=gpu File=/dev/null\n"

# The executor's inner srun loses SLURM_CONF.
SRUN = '#!/bin/sh\nSLURM_CONF={folder}/etc/slurm.conf exec {srun} "$@"\n'


@dataclass(frozen=True)
class Job:
    """What Slurm has on record about a job; `comment` holds the rule and its wildcards."""

    number: str
    state: str
    comment: str
    memory: str
    time_limit: str
    gres: str
    folder: str

    @property
    def rule(self):
        """The rule whose job it is."""
        return self.comment.removeprefix("rule_").split("_wildcards_")[0]

    @property
    def minutes(self):
        """The time limit in minutes; Slurm writes [[days-]hours:]minutes:seconds."""
        days, _, clock = self.time_limit.rpartition("-")
        parts = [int(part) for part in clock.split(":")]
        hours, minutes = parts[-3] if len(parts) == 3 else 0, parts[-2]
        return (int(days or 0) * 24 + hours) * 60 + minutes

    @property
    def is_live(self):
        """Whether it may still write."""
        return self.state in LIVE


class LocalSlurm:
    """A Slurm whose configuration, key, state, spool and logs are in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self._daemons = []

    def environment(self):
        """Variables by which commands, and the jobs that they submit, find this Slurm."""
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"], "/usr/sbin"])
        return {"SLURM_CONF": str(self.folder / "etc/slurm.conf"), "PATH": path}

    def start(self):
        """Start munged, slurmctld and slurmd, and wait until the node takes jobs."""
        self._write_configuration()
        munge, node = self.folder / "munge", _host()
        self._start(
            "munged", "--foreground", "--force", f"--key-file={munge}/key", f"--socket={munge}/socket",
            f"--pid-file={munge}/pid", f"--seed-file={munge}/seed",
        )  # fmt: skip
        self._wait("munged's socket", (munge / "socket").exists)
        self._start("slurmctld", "-D", "-c")
        self._start("slurmd", "-D", "-N", node)
        self._wait("an idle node", lambda: self._ask("sinfo", "--noheader", "--format=%T") == "idle")

    def stop(self):
        """Cancel every job, wait for their end, and end the daemons and what jobs may have left running."""
        try:
            if len(self._daemons) == 3:
                self._ask("scancel", "--user=root")
                self._wait("the end of every job", lambda: not any(job.is_live for job in self.jobs()))
        finally:
            self._end_daemons()
        for stray in self.processes():
            with suppress(ProcessLookupError):
                os.kill(stray, signal.SIGKILL)
        self._wait("the end of what jobs left behind", lambda: not self.processes())

    def jobs(self):
        """Every job that was ever submitted, in the order of submission."""
        fields = "%A|%T|%k|%m|%l|%b|%Z"
        lines = self.run("squeue", "--states=all", "--noheader", "--sort=i", f"--format={fields}").splitlines()
        return [Job(*line.split("|")) for line in lines]

    def run(self, *command):
        """Run one of Slurm's commands and return what it prints."""
        environment = {**os.environ, **self.environment()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=PATIENCE)
        return done.stdout.strip()

    def processes(self):
        """Ids of the daemons and of all that jobs have started: what was given this configuration."""
        mine = f"SLURM_CONF={self.folder}/etc/slurm.conf\0".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mine in (process / "environ").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue  # it has ended
        return found

    def _write_configuration(self):
        for name in ("etc", "munge", "state", "spool", "bin", "log"):
            (self.folder / name).mkdir(parents=True)
        key = self.folder / "munge/key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        ports = _free_ports(2)
        values = {
            "folder": self.folder, "node": _host(), "controller_port": ports[0], "node_port": ports[1],
            "cpus": max(2, os.cpu_count()), "srun": shutil.which("srun"),
        }  # fmt: skip
        etc = self.folder / "etc"
        (etc / "slurm.conf").write_text(CONFIGURATION.format(**values))
        (etc / "gres.conf").write_text(DEVICES.format(**values))
        (etc / "plugstack.conf").touch()
        srun = self.folder / "bin/srun"
        srun.write_text(SRUN.format(**values))
        srun.chmod(0o755)

    def _start(self, name, *arguments):
        """Start a daemon in the foreground that gets SIGTERM when this process ends."""
        with (self.folder / f"log/{name}.log").open("wb") as log:
            daemon = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", name, *arguments], env={**os.environ, **self.environment()},
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._daemons.append(daemon)

    def _end_daemons(self):
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self._daemons.clear()

    def _ask(self, *command):
        """As `run`, but a failure is an empty answer: a daemon that is starting refuses connections."""
        try:
            return self.run(*command)
        except subprocess.CalledProcessError:
            return ""

    def _wait(self, what, is_ready):
        deadline = time.monotonic() + PATIENCE
        while not is_ready():
            ended = [daemon.args[3] for daemon in self._daemons if daemon.poll() is not None]
            if ended or time.monotonic() > deadline:
                logs = "\n".join(log.read_text()[-2000:] for log in sorted((self.folder / "log").iterdir()))
                raise RuntimeError(f"waited for {what}; daemons that ended: {ended}\n{logs}")
            time.sleep(0.2)


def files_outside(folder):
    """What a Slurm could leave behind: all of /etc with its links, and what bears its name in volatile places."""
    named = [(place, f"{depth}*{name}*") for place, depth in VOLATILE.items() for name in ("slurm", "munge")]
    found = set()
    for place, pattern in [("/etc", "**/*"), *named]:
        for path in Path(place).glob(pattern):
            if not path.is_relative_to(folder):
                found.add((str(path), str(path.readlink()) if path.is_symlink() else ""))
    return found


def _host():
    return socket.gethostname().split(".")[0]


def _free_ports(count):
    with_ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in with_ports]
    for listener in with_ports:
        listener.close()
    return ports
