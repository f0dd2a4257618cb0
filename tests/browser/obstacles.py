"""What keeps a browser from being driven on this machine; what is missing is installed where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Command → Debian's package.
PACKAGES = {"chromium": "chromium", "node": "nodejs", "npm": "npm"}
# In the environment, beside its Python.
MODULES = Path(sys.prefix) / ".browser"


def obstacle():
    """Why no browser can be driven here, or None."""
    return _install_packages() or _install_modules()


def _missing():
    return [package for command, package in PACKAGES.items() if shutil.which(command) is None]


def _install_packages():
    missing = _missing()
    if not missing:
        return None
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return f"{', '.join(missing)} missing: run as root on Debian, or install them"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patient = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        done = subprocess.run([*patient, *step], env=environment, capture_output=True, text=True, check=False)
    return f"{', '.join(missing)} could not be installed: {done.stderr.strip()[-500:]}" if _missing() else None


def _install_modules():
    wanted = Path(__file__).with_name("package.json").read_text(encoding="utf-8")
    kept = MODULES / "package.json"
    if kept.is_file() and kept.read_text(encoding="utf-8") == wanted:
        return None
    MODULES.mkdir(parents=True, exist_ok=True)
    # Kept only once the modules are there, so that an interrupted installation is tried again.
    kept.write_text(wanted, encoding="utf-8")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=MODULES, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        kept.unlink()
        return f"npm could not install what package.json names: {done.stderr.strip()[-500:]}"
    return None
