"""The order of a service's life."""

from __future__ import annotations

import pytest

from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.core.service import PartDied, PeriodicTasks, Service


class Recording:
    """A part that writes down what is done to it."""

    def __init__(self, name: str, journal: list[str], fails_at: str = "") -> None:
        self._name, self._journal, self._fails_at = name, journal, fails_at
        self.ended = concurrency.event()

    def _note(self, verb: str) -> None:
        self._journal.append(f"{verb} {self._name}")
        if verb == self._fails_at:
            raise RuntimeError(f"{self._name} cannot {verb}")

    def setup(self) -> None:
        self._note("setup")

    def start(self) -> None:
        self._note("start")

    def stop(self, grace: float) -> None:
        self._note("stop")
        self.ended.set()

    def kill(self) -> None:
        self._note("kill")
        self.ended.set()

    def wait(self) -> None:
        self.ended.wait()


def test_parts_start_in_order_and_stop_in_reverse() -> None:
    journal: list[str] = []
    service = Service("s", [Recording("a", journal), Recording("b", journal)])
    service.start()
    service.stop(1.0)
    assert journal == ["setup a", "setup b", "start a", "start b", "stop b", "stop a"]
    assert service.failure is None and service.wait(60.0)


def test_a_part_that_cannot_start_takes_the_others_down() -> None:
    journal: list[str] = []
    service = Service("s", [Recording("a", journal), Recording("b", journal, fails_at="setup")])
    with pytest.raises(RuntimeError, match="b cannot setup"):
        service.start()
    assert journal == ["setup a", "setup b", "kill a"]


def test_a_part_that_ends_by_itself_ends_the_service_loudly() -> None:
    part = Recording("a", [])
    service = Service("s", [part])
    service.start()
    part.ended.set()
    assert service.wait(60.0)
    assert isinstance(service.failure, PartDied)


def test_one_part_that_cannot_stop_does_not_keep_the_others() -> None:
    journal: list[str] = []
    service = Service("s", [Recording("a", journal), Recording("b", journal, fails_at="stop")])
    service.start()
    service.stop(1.0)
    assert journal[-2:] == ["stop b", "stop a"]


def test_a_periodic_task_goes_on_after_an_error() -> None:
    turns: list[int] = []
    enough = concurrency.event()

    def turn() -> None:
        turns.append(1)
        if len(turns) == 3:
            enough.set()
        raise RuntimeError("a bad turn")

    tasks = PeriodicTasks(SystemClock())
    tasks.add("t", 0.01, turn, at_start=True)
    tasks.start()
    assert enough.wait(60.0)
    tasks.stop(1.0)
