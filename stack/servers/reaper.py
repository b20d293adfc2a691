"""Run one command as the parent of everything it leaves behind.

    reaper.py [--leave-orphans] -- COMMAND...

As a child subreaper this process inherits the orphans of the command and collects them at once; where PID 1 is slow to
do so, libvirt waits seconds for the zombie of each guest it ends. TERM, INT, QUIT and HUP are passed to the command.
When the command has ended, orphans (Erlang's port mapper, say) are ended too, unless --leave-orphans: guests outlive
their libvirtd. The exit status is the command's. A program of its own (run by path), free of imports from this package.
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE = 5.0


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")


def _start(command: list[str]) -> int:
    pid = os.fork()
    if pid == 0:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        os._exit(127)
    return pid


def _reap_until(main: int) -> int:
    while True:
        pid, status = os.wait()
        if pid == main:
            return os.waitstatus_to_exitcode(status)


def _children() -> list[int]:
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def _end_orphans() -> None:
    """TERM, then KILL: each round adopts what the last one orphaned."""
    deadline = time.monotonic() + GRACE
    while children := _children():
        number = signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL
        for pid in children:
            os.kill(pid, number)
        time.sleep(0.05)
        while True:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    break
            except ChildProcessError:
                return


def main(argv: list[str]) -> int:
    """Run as described above."""
    options, command = argv[: argv.index("--")], argv[argv.index("--") + 1 :]
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    pid = _start(command)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: os.kill(pid, received))
    code = _reap_until(pid)
    if "--leave-orphans" not in options:
        _end_orphans()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
