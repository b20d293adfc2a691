"""How the programs of this directory are driven: ``PROGRAM serve ARGUMENT`` or ``PROGRAM measure ARGUMENT``.

Either says ``ready``. Who measures is then asked line by line: ``call`` or ``cast``, how many callers, for how many
seconds; it answers with one :class:`Measured` as JSON, and ends with its standard input.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

LINES = ("x" * 48,) * 20  # with a number beside it about 1 KiB of payload
WARM_UP = 50


class Measured(NamedTuple):
    """``rate``: a second; ``median``: duration of one in milliseconds; ``done``: how many."""

    rate: float
    median: float
    done: int


def ready() -> None:
    """Tell whoever has started this program."""
    print("ready", flush=True)


def obey(call: Callable[[], object], cast: Callable[[], object], wait: Callable[[], object] = lambda: None) -> None:
    """Measure what is asked. ``wait`` waits for standard input where reading from it would stop everything else."""
    for _ in range(WARM_UP):
        call()
    ready()
    while True:
        wait()
        question = sys.stdin.readline().split()
        if not question:
            return
        kind, callers, seconds = question
        found = measure({"call": call, "cast": cast}[kind], int(callers), float(seconds))
        call()  # behind casts that wait for the server: it is done with them before others are measured
        print(json.dumps(found._asdict()), flush=True)


def measure(function: Callable[[], object], callers: int, seconds: float) -> Measured:
    """Let so many threads, green where the program is, do it again and again."""
    durations: list[list[float]] = [[] for _ in range(callers)]
    started = time.perf_counter()
    threads = [threading.Thread(target=_repeat, args=(function, started + seconds, own)) for own in durations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    everyone = [duration for own in durations for duration in own]
    return Measured(len(everyone) / elapsed, statistics.median(everyone) * 1000, len(everyone))


def _repeat(function: Callable[[], object], end: float, durations: list[float]) -> None:
    before = time.perf_counter()
    while before < end:
        function()
        now = time.perf_counter()
        durations.append(now - before)
        before = now


def main(serve: Callable[[str], None], measure: Callable[[str], None]) -> None:
    """Be the side that the command line names."""
    role, argument = sys.argv[1:]
    {"serve": serve, "measure": measure}[role](argument)
