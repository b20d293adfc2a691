"""Ends what tests have started when pytest itself was killed: ``python -m tests.leash DIRECTORY``.

It waits until nobody holds the other end of its standard input any more; then it kills every process that has a path
below the directory, pytest's own, in its command line or environment.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from stack import processes

MARK = "NOVA_LITE_TESTS"  # in the environment of whatever inherits pytest's: a path below the directory
PATIENCE = 60.0  # seconds for all of them to be gone


def main(directory: str) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    processes.wait_until(lambda: not _killed(os.fsencode(f"{directory}/")), PATIENCE)


def _killed(directory: bytes) -> list[int]:
    found = [pid for pid in processes.all_pids() if pid != os.getpid() and _is_of(pid, directory)]
    for pid in found:
        processes.signal_quietly(pid, signal.SIGKILL)
    return found


def _is_of(pid: int, directory: bytes) -> bool:
    try:
        return any(directory in Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
    except OSError:
        return False


if __name__ == "__main__":
    main(sys.argv[1])
