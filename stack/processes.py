"""Processes by pid: pid files that survive pid reuse, orderly endings, and finding what is of one state directory."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

POLL = 0.05


def start_time(pid: int) -> int | None:
    """Start of the process in clock ticks since boot; None when there is no such process or it is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    return start_time(pid) is not None


def write_pid(path: Path, pid: int) -> None:
    """Record the process with its start time, so that a later process with the same number is not mistaken for it."""
    path.write_text(f"{pid} {start_time(pid) or 0}\n", encoding="ascii")


def read_pid(path: Path) -> int | None:
    """The live process that the file names; None when it is gone. Others' files (a bare number) are accepted."""
    try:
        words = path.read_text(encoding="ascii", errors="replace").split()
    except FileNotFoundError:
        return None
    if not words or not words[0].isdigit():
        return None
    pid, started = int(words[0]), start_time(int(words[0]))
    if started is None or (len(words) > 1 and words[1] != str(started)):
        return None
    return pid


def wait_until(condition: Callable[[], bool], timeout: float) -> bool:
    """Poll the condition until it holds; False when it did not within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL)
    return True


def signal_quietly(pid: int, number: int) -> None:
    """Send a signal; a process that has gone meanwhile is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def end(pid: int, number: int = signal.SIGTERM, timeout: float = 10.0) -> None:
    """Signal the process, wait for its end, and kill it when it has not ended in time."""
    signal_quietly(pid, number)
    _await_end(pid, timeout)


def _await_end(pid: int, timeout: float) -> None:
    if not wait_until(lambda: not alive(pid), timeout):
        signal_quietly(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid), 5.0)


def end_all(pids: Iterable[int], timeout: float = 10.0) -> None:
    """Signal all of them with TERM first, then wait for each; kill those that have not ended in time."""
    targets = list(pids)
    deadline = time.monotonic() + timeout
    for pid in targets:
        signal_quietly(pid, signal.SIGTERM)
    for pid in targets:
        _await_end(pid, max(0.0, deadline - time.monotonic()))


def all_pids() -> Iterator[int]:
    """Every process that this one can see."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            yield int(name)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def command_line(pid: int) -> tuple[str, ...]:
    """The arguments of a process; empty when it is gone or a kernel thread."""
    return tuple(os.fsdecode(word) for word in _read(f"/proc/{pid}/cmdline").split(b"\0") if word)


def having(variable: str, value: str) -> list[int]:
    """Processes that were started with this environment variable.

    So a stack knows its own, whatever became of their parents.
    """
    wanted = os.fsencode(f"{variable}={value}")
    others = (pid for pid in all_pids() if pid != os.getpid())
    return [pid for pid in others if alive(pid) and wanted in _read(f"/proc/{pid}/environ").split(b"\0")]
