"""Tempest's own virtual environment, in the checkout's ``var``: made once, and again when its pins change."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PINS = ROOT / "requirements-tempest.txt"
PLACE = ROOT / "var" / "tempest"


def ensure() -> Path:
    """The directory of the environment."""
    PLACE.mkdir(parents=True, exist_ok=True)
    environment, stamp = PLACE / "venv", PLACE / "stamp"
    wanted = hashlib.sha256(sys.version.encode() + PINS.read_bytes()).hexdigest()
    with (PLACE / "lock").open("w") as lock:  # two runs of one checkout share it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            _run(sys.executable, "-m", "venv", "--clear", str(environment))
            # Every package is pinned, so there is nothing to resolve.
            _run(str(environment / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "-q",
                 "--no-deps", "-r", str(PINS))
            stamp.write_text(wanted)
    return environment


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}"
