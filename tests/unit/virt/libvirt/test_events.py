import libvirt
import pytest

from nova_lite.core.clock import ManualClock
from nova_lite.objects.states import PowerState
from nova_lite.virt.driver import HypervisorUnavailable, LifecycleEvent
from nova_lite.virt.libvirt.events import Lifecycle, interpret


@pytest.mark.parametrize(
    ("event", "detail", "state"),
    [
        (libvirt.VIR_DOMAIN_EVENT_STARTED, libvirt.VIR_DOMAIN_EVENT_STARTED_BOOTED, PowerState.RUNNING),
        (libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED, PowerState.PAUSED),
        (libvirt.VIR_DOMAIN_EVENT_RESUMED, libvirt.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED, PowerState.RUNNING),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN, PowerState.SHUTDOWN),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED, PowerState.SHUTDOWN),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_CRASHED, PowerState.CRASHED),
        (libvirt.VIR_DOMAIN_EVENT_SHUTDOWN, libvirt.VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED, None),
        (libvirt.VIR_DOMAIN_EVENT_DEFINED, libvirt.VIR_DOMAIN_EVENT_DEFINED_ADDED, None),
        (libvirt.VIR_DOMAIN_EVENT_CRASHED, libvirt.VIR_DOMAIN_EVENT_CRASHED_PANICKED, PowerState.CRASHED),
    ],
)
def test_an_event_tells_of_a_power_state(event: int, detail: int, state: PowerState | None) -> None:
    assert interpret(event, detail) == state


def test_only_our_domains_are_reported() -> None:
    heard: list[LifecycleEvent] = []
    lifecycle = Lifecycle(ManualClock(3.0), lambda uuid: uuid == "ours")
    lifecycle.start(heard.append)
    for uuid in ("foreign", "ours", "known", "ours"):
        if uuid == "known":
            lifecycle.know(uuid)
        lifecycle.hear(uuid, PowerState.RUNNING)
    lifecycle.stop()
    assert [event.uuid for event in heard] == ["ours", "known", "ours"]
    assert heard[0] == LifecycleEvent(uuid="ours", power_state=PowerState.RUNNING, at=3.0)


def test_a_domain_whose_definition_is_gone_is_not_remembered() -> None:
    heard: list[LifecycleEvent] = []
    lifecycle = Lifecycle(ManualClock(), lambda _: False)
    lifecycle.know("u1")
    lifecycle.start(heard.append)
    lifecycle.hear("u1", PowerState.SHUTDOWN)
    lifecycle.hear("u1", None)
    lifecycle.hear("u1", PowerState.RUNNING)
    lifecycle.stop()
    assert [event.power_state for event in heard] == [PowerState.SHUTDOWN]


def test_an_unknown_domain_is_left_alone_while_nobody_can_be_asked() -> None:
    def ask(_: str) -> bool:
        raise HypervisorUnavailable("away")

    heard: list[LifecycleEvent] = []
    lifecycle = Lifecycle(ManualClock(), ask)
    lifecycle.start(heard.append)
    lifecycle.hear("u1", PowerState.RUNNING)
    lifecycle.stop()
    assert heard == []
