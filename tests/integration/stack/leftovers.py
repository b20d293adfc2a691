"""What the tests of the private servers share: proof that nothing is left of a server."""

import os
import socket
from pathlib import Path

from stack import processes


def remains(data_dir: Path) -> list[str]:
    """Command lines of processes that were started in, for or below the directory."""
    found = []
    for pid in processes.all_pids():
        words = processes.command_line(pid)
        environment = _environment(pid)
        if (
            pid != os.getpid()
            and processes.alive(pid)
            and (str(data_dir) in " ".join(words) or str(data_dir) in environment)
        ):
            found.append(" ".join(words))
    return found


def refuses(port: int) -> bool:
    """Whether nothing listens on the port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _environment(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
