"""What keeps a Slurm from being started on this machine; Debian's packages are installed where they are missing."""

import os
import shutil
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

PACKAGES = {"munged": "munge", "slurmctld": "slurmctld", "slurmd": "slurmd", "sbatch": "slurm-client"}


def obstacle():
    """Why no Slurm can be started here, or None; missing packages are installed where that is possible."""
    if find_spec("snakemake_executor_plugin_slurm") is None:
        return "the executor plugin is missing: run make test-cluster, or install envs/requirements-cluster.txt"
    if os.geteuid() != 0:
        return "a Slurm node starts jobs as root: run as root"
    try:
        address = socket.gethostbyname(socket.gethostname())
    except OSError:
        address = "no address"
    if not address.startswith("127."):
        return f"Slurm must stay on loopback, but this host's name means {address}: add it to 127.0.0.1 in /etc/hosts"
    return _install_packages()


def _missing_packages():
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    return [package for command, package in PACKAGES.items() if shutil.which(command, path=path) is None]


def _install_packages():
    """Install what is missing, without starting the packages' own services; return why that failed, or None."""
    missing = _missing_packages()
    if not missing:
        return None
    if shutil.which("apt-get") is None:
        return f"Slurm is missing ({', '.join(missing)}) and there is no apt-get to install it"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patient = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    # What Debian asks before it starts a service; 101 forbids it.
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        for step in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            done = subprocess.run([*patient, *step], env=environment, capture_output=True, text=True, check=False)
    finally:
        if ours:
            policy.unlink()
    if _missing_packages():
        return f"Slurm's packages ({', '.join(missing)}) could not be installed: {done.stderr.strip()[-500:]}"
    return None
