"""The fake hypervisor's lab."""

from __future__ import annotations

from pathlib import Path

from nova_lite.core.clock import SystemClock
from nova_lite.core.ids import new_uuid
from nova_lite.network.ports import new_mac
from nova_lite.objects.nic import Nic
from nova_lite.virt.capabilities import CapableDriver
from nova_lite.virt.driver import GuestSpec
from nova_lite.virt.fake import Failure, FakeDriver, FakeSettings
from tests.builders.guests import a_nic, a_spec, an_instance, qcow2_header
from tests.contract.virt.lab import Recorder


class FakeLab:
    has_console = True
    has_disks = True
    has_deaf_guests = True

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._deaf = False
        self.driver = self._make(deaf=False)
        self.events = Recorder()
        self.driver.setup(self.events)

    def close(self) -> None:
        self.driver.close()

    def _make(self, deaf: bool) -> FakeDriver:
        return FakeDriver(FakeSettings(state_dir=self._directory / "state", deaf_guests=deaf))

    def a_guest(self, deaf: bool = False) -> GuestSpec:
        if deaf:
            self.driver.close()
            self.driver = self._make(deaf=True)
            self.driver.setup(self.events)
        return a_spec(image_path=self.write_image("good", qcow2_header()))

    def a_guest_that_cannot_start(self) -> GuestSpec:
        self.driver.trouble.expect("spawn", Failure("no such bridge"))
        return a_spec(an_instance())

    def power_off_inside(self, uuid: str) -> None:
        self.driver.hypervisor.guest_powers_off(uuid)

    def wait_until_up(self, uuid: str) -> None:
        """Fake guests are up at once."""

    def another_driver(self) -> CapableDriver:
        return FakeDriver(FakeSettings(state_dir=self._directory / "state"), clock=SystemClock())

    def leftovers(self, uuid: str) -> list[str]:
        return [path.name for path in (self._directory / "state").glob(f"{uuid}*")]

    def memory_mb(self, uuid: str) -> int:
        return self.driver.hypervisor.get(uuid).memory_mb

    def disks(self, uuid: str) -> list[str]:
        return ["rescue", "root"] if self.driver.hypervisor.get(uuid).rescued else ["root"]

    def a_card(self) -> Nic:
        return a_nic(id=new_uuid(), mac_address=new_mac(), kind="bridge", bridge="pretended")

    def cards(self, uuid: str) -> list[str]:
        return list(self.driver.hypervisor.get(uuid).cards)

    def write_image(self, name: str, content: bytes) -> Path:
        path = self._directory / name
        path.write_bytes(content)
        return path
