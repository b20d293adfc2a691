"""Running other programs: bounded in time, without a shell, and with errors that say what went wrong."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from nova_lite.virt.driver import VirtError

TIMEOUT = 60.0
TAIL = 400  # characters of a program's complaint that are passed on


class ProgramFailed(VirtError):
    """A program that a driver needs is missing, failed or took too long."""

    code = "virt.program_failed"


def run(argv: Sequence[str], timeout: float = TIMEOUT, name: str = "", *, text: str = "") -> str:
    """Standard output of a program that read ``text`` and ended with 0 within ``timeout`` seconds. Waits cooperatively.

    ``name`` is what errors call it, if the first word does not say it.
    :raises ProgramFailed: it did not; the message ends with what it complained about.
    """
    name = name or argv[0].rsplit("/", 1)[-1]
    try:
        done = subprocess.run(
            argv, input=text, capture_output=True, timeout=timeout, check=False, text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        raise ProgramFailed(f"{name} is not installed", program=name) from error
    except subprocess.TimeoutExpired as error:
        raise ProgramFailed(f"{name} took more than {timeout:g} s", program=name) from error
    if done.returncode != 0:
        complaint = (done.stderr or done.stdout).strip()[-TAIL:]
        raise ProgramFailed(f"{name} failed with {done.returncode}: {complaint}", program=name)
    return done.stdout
