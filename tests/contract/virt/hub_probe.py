"""A program: drives a guest under the process's concurrency back end and tells how often other tasks ran meanwhile.

    python -m tests.contract.virt.hub_probe URI DIRECTORY IMAGE
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from nova_lite.core import concurrency

concurrency.patch()

from nova_lite.core.clock import SystemClock  # noqa: E402 - the patch comes first
from nova_lite.core.ids import new_uuid  # noqa: E402
from nova_lite.virt.libvirt.driver import LibvirtDriver  # noqa: E402
from nova_lite.virt.libvirt.settings import LibvirtSettings  # noqa: E402
from tests.builders.guests import a_spec  # noqa: E402
from tests.contract.virt.lab import Recorder, until  # noqa: E402

TICK = 0.01


class Ticker:
    """A task that counts as long as it gets to run."""

    def __init__(self) -> None:
        self.count = 0
        concurrency.spawn(self._run)

    def _run(self) -> None:
        while True:
            self.count += 1
            concurrency.sleep(TICK)


def main(uri: str, directory: Path, image: Path) -> None:
    settings = LibvirtSettings(instances_path=directory / "probe", uri=uri, virt_type="qemu")
    driver, events = LibvirtDriver(settings, new_uuid(), SystemClock()), Recorder()
    spec, ticker = a_spec(image_path=image), Ticker()
    uuid = spec.instance.uuid
    steps: dict[str, Callable[[], object]] = {
        "setup": lambda: driver.setup(events),
        "create_disks": lambda: driver.create_disks(spec),
        "spawn": lambda: driver.spawn(spec),
        "pause": lambda: driver.pause(uuid),
        "unpause": lambda: driver.unpause(uuid),
        "destroy": lambda: driver.destroy(uuid),
    }
    ticks = {}
    for name, step in steps.items():
        before = ticker.count
        step()
        ticks[name] = ticker.count - before
    until(lambda: [state.name for state in events.states(uuid)][-1:] == ["SHUTDOWN"], "the last event")
    driver.close()
    states = [state.name for state in events.states(uuid)]
    # libvirt tells of a start twice, as started and as resumed.
    changes = [state for index, state in enumerate(states) if states[index - 1 : index] != [state]]
    print(json.dumps({"backend": concurrency.backend(), "ticks": ticks, "events": changes}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
