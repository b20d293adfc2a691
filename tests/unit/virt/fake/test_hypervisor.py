from pathlib import Path

import pytest

from nova_lite.core.clock import ManualClock
from nova_lite.objects.states import PowerState
from nova_lite.virt.driver import DomainNotFound, LifecycleEvent
from nova_lite.virt.fake.console import boot_text
from nova_lite.virt.fake.hypervisor import FakeDomain, FakeHypervisor


def a_domain(**changes: object) -> FakeDomain:
    fields = {
        "uuid": "u1", "name": "instance-u1", "hostname": "demo", "vcpus": 2, "memory_mb": 64, "defined": True,
        "power_state": PowerState.RUNNING, "boots": 1, "addresses": ("10.0.0.4",), **changes,
    }
    return FakeDomain(**fields)  # type: ignore[arg-type]


def test_domains_survive_their_process(tmp_path: Path) -> None:
    FakeHypervisor(ManualClock(), tmp_path / "state").put(a_domain())
    again = FakeHypervisor(ManualClock(), tmp_path / "state")
    assert again.domains() == [a_domain()]
    again.remove("u1")
    assert FakeHypervisor(ManualClock(), tmp_path / "state").domains() == []


def test_only_changes_of_power_are_reported_and_in_order() -> None:
    clock = ManualClock(5.0)
    hypervisor, heard = FakeHypervisor(clock), list[LifecycleEvent]()
    hypervisor.listen(heard.append)
    hypervisor.put(a_domain(defined=False, power_state=PowerState.SHUTDOWN))
    hypervisor.put(a_domain())
    hypervisor.put(a_domain())
    hypervisor.guest_crashes("u1")
    hypervisor.remove("u1")
    hypervisor.listen(None)
    states = [PowerState.RUNNING, PowerState.CRASHED, PowerState.SHUTDOWN]
    assert heard == [LifecycleEvent(uuid="u1", power_state=state, at=5.0) for state in states]


def test_disks_alone_are_no_domain() -> None:
    hypervisor = FakeHypervisor(ManualClock())
    hypervisor.put(a_domain(defined=False))
    with pytest.raises(DomainNotFound, match="u1"):
        hypervisor.get("u1")


def test_the_console_shows_each_boot_up_to_its_login_prompt() -> None:
    text = boot_text(a_domain(boots=2))
    assert text.count("demo login: ") == 2
    assert "eth0: 10.0.0.4" in text
    assert text.endswith("login: ")
    assert boot_text(a_domain(boots=0)) == ""


def test_whatever_was_put_beside_a_domain_goes_with_it(tmp_path: Path) -> None:
    hypervisor = FakeHypervisor(ManualClock(), tmp_path)
    hypervisor.put(a_domain())
    (tmp_path / "u1").mkdir()
    (tmp_path / "u1" / "disk.config").touch()
    hypervisor.remove("u1")
    assert list(tmp_path.iterdir()) == []
