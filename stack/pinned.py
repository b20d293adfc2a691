"""Virtual environments beside the checkout's own: one requirements file each, every package pinned in it."""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from stack.errors import StackError

ATTEMPTS = 3  # at what an index may fail: pip asks it again itself, but not after every kind of failure


def ensure(pins: Path, place: Path) -> Path:
    """The environment of a requirements file in ``place``: made once, and again when its pins change.

    Raises StackError when venv or pip fails.
    """
    place.mkdir(parents=True, exist_ok=True)
    environment, stamp = place / "venv", place / "stamp"
    wanted = hashlib.sha256(sys.version.encode() + pins.read_bytes()).hexdigest()
    with (place / "lock").open("w") as lock:  # two runs of one checkout share it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            _run(sys.executable, "-m", "venv", "--clear", str(environment))
            # Every package is pinned, so there is nothing to resolve.
            _run(str(environment / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "-q",
                 "--no-deps", "-r", str(pins), attempts=ATTEMPTS)
            stamp.write_text(wanted)
    return environment


def _run(*command: str, attempts: int = 1) -> None:
    for _ in range(attempts):
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            return
    raise StackError(
        f"could not make a pinned environment: {' '.join(command)}:\n{done.stdout}\n{done.stderr}",
        "is the package index reachable? then run this again",
    )
