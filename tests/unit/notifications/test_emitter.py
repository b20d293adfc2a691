"""The emitter: bounded, never in the way, and nothing is lost while somebody takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import pytest

from nova_lite.core import concurrency
from nova_lite.core.clock import ManualClock
from nova_lite.core.errors import Unavailable
from nova_lite.notifications.drivers.base import NotificationDriver
from nova_lite.notifications.emitter import Emitter
from nova_lite.notifications.notification import Notification
from nova_lite.notifications.payloads import RpcRefusal
from tests.builders.notifications import A_REFUSAL

PATIENCE = 60.0


class Door(NotificationDriver):
    """A driver that is shut, open, or broken."""

    def __init__(self, refusals: int = 0, error: Exception | None = None) -> None:
        self.passed: list[Notification] = []
        self._refusals, self._error = refusals, error
        self.open, self.wanted = concurrency.event(), 0
        self.enough, self.tried = concurrency.event(), concurrency.event()

    def publish(self, notifications: Sequence[Notification]) -> None:
        self.open.wait(PATIENCE)
        self.tried.set()
        if self._refusals:
            self._refusals -= 1
            raise self._error or Unavailable("not now")
        self.passed += notifications
        if len(self.passed) >= self.wanted:
            self.enough.set()

    def close(self) -> None:
        self.open.set()


def methods(door: Door) -> list[str]:
    return [found.payload.method for found in door.passed if isinstance(found.payload, RpcRefusal)]


def emit(emitter: Emitter, *names: str) -> None:
    for name in names:
        emitter.emit("rpc.refused", msgspec.structs.replace(A_REFUSAL, method=name))


@pytest.fixture
def door() -> Iterator[Door]:
    found = Door()
    yield found
    found.open.set()


def test_what_is_emitted_is_published_in_order(door: Door) -> None:
    emitter = Emitter(door, "api.h1", ManualClock())
    emitter.start()
    door.open.set()
    door.wanted = 3
    emit(emitter, "one", "two", "three")
    assert door.enough.wait(PATIENCE)
    emitter.stop(PATIENCE)
    assert methods(door) == ["one", "two", "three"]
    assert {found.publisher_id for found in door.passed} == {"api.h1"}


def test_memory_is_bounded_and_the_oldest_are_given_up(door: Door) -> None:
    emitter = Emitter(door, "api.h1", ManualClock(), limit=10)
    emit(emitter, *map(str, range(25)))
    assert emitter.dropped == 15
    emitter.start()
    door.open.set()
    emitter.stop(PATIENCE)
    assert methods(door) == [str(number) for number in range(15, 25)]


def test_what_was_refused_is_published_again() -> None:
    door = Door(refusals=1)
    door.open.set()
    door.wanted = 2
    emitter = Emitter(door, "api.h1", ManualClock())
    emitter.start()
    emit(emitter, "one", "two")
    assert door.enough.wait(PATIENCE)
    emitter.stop(PATIENCE)
    assert methods(door) == ["one", "two"]


def test_a_broken_driver_does_not_end_it() -> None:
    door = Door(refusals=1, error=ValueError("a bug"))
    door.open.set()
    door.wanted = 1
    emitter = Emitter(door, "api.h1", ManualClock())
    emitter.start()
    emit(emitter, "lost")
    assert door.tried.wait(PATIENCE)
    emit(emitter, "found")
    assert door.enough.wait(PATIENCE)
    emitter.stop(PATIENCE)
    assert (methods(door), emitter.dropped) == (["found"], 1)


def test_stopping_waits_no_longer_than_its_grace(door: Door) -> None:
    emitter = Emitter(door, "api.h1", ManualClock())
    emitter.start()
    emit(emitter, "never")
    emitter.stop(0.05)
    assert methods(door) == []
