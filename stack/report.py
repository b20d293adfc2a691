"""What the user sees: one line per step, with the time since the start and the time it took."""

import os
import sys
import time
from collections.abc import Callable
from typing import TextIO


class Report:
    """Prints steps as they end, and progress within a long one where the output is a terminal."""

    def __init__(self, out: TextIO = sys.stdout, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._start = clock()
        self._progress = 0

    def step(self, title: str, act: Callable[[], str]) -> None:
        """Run one step and print its line: `[ 12.3s] title: what was done (0.8s)`."""
        begun = self._clock()
        self.progress(f"{title} ...")
        done = act()
        self.line(f"{title}: {done} ({self._clock() - begun:.1f}s)")

    def line(self, text: str) -> None:
        """Print a line with the time since the start."""
        self._erase()
        self._print(f"[{self._clock() - self._start:5.1f}s] {text}\n")

    def plain(self, text: str) -> None:
        """Print text as it is."""
        self._erase()
        self._print(text + "\n")

    def progress(self, text: str) -> None:
        """Show what is going on, in place; nothing where the output is kept."""
        if self._out.isatty():
            self._erase()
            shown = f"[{self._clock() - self._start:5.1f}s] {text}"[:120]
            self._print(shown)
            self._progress = len(shown)

    def _erase(self) -> None:
        if self._progress:
            self._print("\r" + " " * self._progress + "\r")
            self._progress = 0

    def _print(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except BrokenPipeError:  # nobody reads any more; the work goes on
            self._out = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the rest of the process
            os.dup2(self._out.fileno(), sys.stdout.fileno())
