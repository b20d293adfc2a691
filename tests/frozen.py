"""A process that stands still for a while, as one does whose machine or disk is stuck."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def frozen(pid: int | None) -> Iterator[None]:
    """Within it the process, which must be there, neither works nor ends."""
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
