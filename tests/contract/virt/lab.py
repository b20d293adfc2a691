"""What a driver is tried in: the driver, the guests it can boot, and a hand inside the guests."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from nova_lite.objects.nic import Nic
from nova_lite.objects.states import PowerState
from nova_lite.virt.capabilities import CapableDriver
from nova_lite.virt.driver import GuestSpec, LifecycleEvent

DEADLINE = 60.0
POLL = 0.02


def until(condition: Callable[[], bool], what: str, within: float = DEADLINE) -> float:
    """Wait for a condition; seconds that it took. Fails with ``what`` after ``within`` seconds."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < within, f"not within {within} s: {what}"
        time.sleep(POLL)
    return time.monotonic() - start


class Recorder:
    """Remembers lifecycle events."""

    def __init__(self) -> None:
        self.events: list[LifecycleEvent] = []

    def __call__(self, event: LifecycleEvent) -> None:
        self.events.append(event)

    def states(self, uuid: str) -> list[PowerState]:
        return [event.power_state for event in self.events if event.uuid == uuid]

    def wait(self, uuid: str, state: PowerState, within: float = DEADLINE) -> float:
        """Until the last event of a domain says ``state``; seconds that it took."""
        return until(
            lambda: self.states(uuid)[-1:] == [state], f"an event {state.name} of {uuid}", within
        )


class Lab(Protocol):
    """One implementation under test."""

    events: Recorder
    has_console: bool
    has_disks: bool
    has_deaf_guests: bool

    @property
    def driver(self) -> CapableDriver:
        """It is set up; ``events`` hears it."""
        ...

    def a_guest(self, deaf: bool = False) -> GuestSpec:
        """A guest that obeys its power button, or is deaf to it."""
        ...

    def a_guest_that_cannot_start(self) -> GuestSpec:
        """Its disks can be made, its domain cannot be started."""
        ...

    def power_off_inside(self, uuid: str) -> None:
        """The guest powers itself off; it is off when this returns, or at once afterwards."""
        ...

    def wait_until_up(self, uuid: str) -> None:
        """Until the guest hears its power button."""
        ...

    def another_driver(self) -> CapableDriver:
        """A driver as a restarted compute has it: same host, same settings, not set up."""
        ...

    def leftovers(self, uuid: str) -> list[str]:
        """Whatever the host still has of an instance."""
        ...

    def memory_mb(self, uuid: str) -> int:
        """What the guest has now, in MiB."""
        ...

    def disks(self, uuid: str) -> list[str]:
        """What the guest's disks are for, in its order: root, rescue."""
        ...

    def a_card(self) -> Nic:
        """An interface that a running guest can be given."""
        ...

    def cards(self, uuid: str) -> list[str]:
        """The MAC addresses of the guest's interfaces, as it has them now."""
        ...

    def write_image(self, name: str, content: bytes) -> Path:
        """A file as the image cache holds it."""
        ...
