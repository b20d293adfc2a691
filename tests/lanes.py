"""Layers of tests, a pytest for each or each part of one: the quick ones one after another, the slow ones side by side.

Standard library only, as ``tests.run``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from tests import promises


def _without(*paths: str) -> tuple[str, ...]:
    return tuple(f"--ignore={path}" for path in paths)


# These take seconds and say most: what they find is not worth waiting for the others.
QUICK = ("style", "unit")
CRASH, BUS = "tests/integration/crash", "tests/contract/rpc"
MATRIX, GREEN_BUS = f"{CRASH}/test_matrix.py", f"{BUS}/test_green.py"
CLIENTS = tuple(f"tests/integration/{name}" for name in ("api", "image", "peers", "tempest"))
# Name, layer, what pytest is asked for: the longest first, so that the lanes end together.
SLOW = (
    ("e2e", "e2e", ("tests/e2e",)),
    ("integration: the rest", "integration", ("tests/integration", *_without(CRASH, *CLIENTS))),
    ("integration: matrix", "integration", (MATRIX,)),
    ("integration: crash", "integration", (CRASH, *_without(MATRIX))),
    ("integration: clients and peers", "integration", CLIENTS),
    ("contract: bus", "contract", (BUS, *_without(GREEN_BUS))),
    ("contract: green bus", "contract", (GREEN_BUS,)),
    ("contract: the rest", "contract", ("tests/contract", *_without(BUS))),
    ("functional", "functional", ("tests/functional",)),
)
# What of the layers holds us to the promises: each part has the files that begin so and are in none before it. Those of
# the last have services in pytest's own process, and settings that real ones must not inherit.
PROMISES = (
    ("promises: matrix", MATRIX), ("promises: real processes", "tests/integration"),
    ("promises: the rest", "tests"),
)
PROGRESS_EVERY = 60.0  # seconds
NOTHING_SELECTED = 5  # pytest's exit status when -k names no test of a layer


@dataclass
class Part:
    """A layer, or a part of one, that runs; its output goes to ``log``, where it runs alone to the terminal."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def parts(layers: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Name and arguments of the parts of these slow layers, in the order in which they begin."""
    found: list[tuple[str, tuple[str, ...]]] = [(name, asked) for name, layer, asked in SLOW if layer in layers]
    left = promises.files() if "promises" in layers else []
    for name, begin in PROMISES if left else ():
        found.append((name, ("-m", "promise", *(file for file in left if file.startswith(begin)))))
        left = [file for file in left if not file.startswith(begin)]
    return found


class Lanes:
    """Runs layers from the checkout ``root``, at most ``jobs`` slow ones at a time, each with pytest's ``options``."""

    def __init__(self, root: Path, jobs: int, options: list[str]) -> None:
        self._root = root
        self._jobs = jobs
        self._options = options
        self._running: list[Part] = []
        self._ran = False

    def run(self, layers: tuple[str, ...]) -> int:
        """Run them; the exit status of the first that failed, or 0. After a failure no other layer begins.

        Told to end by a signal, it has every pytest take its servers down first.
        """
        signal.signal(signal.SIGTERM, _terminated)
        try:
            status = self._one_by_one([layer for layer in QUICK if layer in layers])
            status = status or self._side_by_side(parts(layers))
        except SystemExit:
            for part in self._running:
                part.process.send_signal(signal.SIGINT)
            raise
        finally:  # a key pressed at the terminal has reached them already
            for part in self._running:
                part.process.wait()
        return status if self._ran or status else NOTHING_SELECTED

    def _one_by_one(self, names: list[str]) -> int:
        status = 0
        for name in names:
            status = status or self._end(self._begin(name, (f"tests/{name}",), beside=False))
        return status

    def _side_by_side(self, waiting: list[tuple[str, tuple[str, ...]]]) -> int:
        beside = self._jobs > 1 and len(waiting) > 1
        running = self._running
        status = 0
        said = time.monotonic()
        while running or (waiting and not status):
            while waiting and not status and len(running) < self._jobs:
                self._begin(*waiting.pop(0), beside=beside)
            ended = [part for part in running if part.process.poll() is not None]
            for part in ended:
                status = self._end(part) or status
            if not ended:
                said = self._progress(running, said)
        return status

    def _begin(self, name: str, asked: tuple[str, ...], *, beside: bool) -> Part:
        _say(f"{name} ...")
        log = self._root / "var" / f"tests-{_file(name)}.log" if beside else None
        output: IO[bytes] | None = log.open("wb") if log else None
        try:
            process = subprocess.Popen(
                [self._root / ".venv/bin/python", "-m", "pytest", *asked, *self._options],
                cwd=self._root, env=dict(os.environ, PYTHONPATH=str(self._root)),
                stdout=output, stderr=subprocess.STDOUT if output else None,
            )
        finally:
            if output:
                output.close()
        part = Part(name, process, log)
        self._running.append(part)
        return part

    def _end(self, part: Part) -> int:
        status = part.process.wait()
        self._running.remove(part)
        self._ran = self._ran or status != NOTHING_SELECTED
        if part.log:
            print(part.log.read_text(errors="replace"), flush=True)
        if status == NOTHING_SELECTED:
            _say(f"{part.name}: nothing of it was selected")
            return 0
        _say(f"{part.name} {'passed' if not status else 'FAILED'} in {part.seconds:.0f} s")
        return status

    def _progress(self, running: list[Part], said: float) -> float:
        """Wait a moment; say now and then how far they are. When it was said last."""
        time.sleep(0.2)
        if time.monotonic() - said < PROGRESS_EVERY:
            return said
        for part in running:
            if part.log:  # what has the terminal to itself shows its own progress
                lines = part.log.read_text(errors="replace").splitlines() or ["collecting"]
                _say(f"{part.name}, {part.seconds:.0f} s: {lines[-1].strip()}")
        return time.monotonic()


def _file(name: str) -> str:
    return "-".join(name.replace(":", "").split())


def _terminated(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _say(line: str) -> None:
    print(f"run_tests: {line}", flush=True)
