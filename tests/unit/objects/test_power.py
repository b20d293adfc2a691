"""What an instance becomes when its guest changes by itself."""

from __future__ import annotations

import pytest

from nova_lite.objects.power import vm_state_after
from nova_lite.objects.states import PowerState, VmState


@pytest.mark.parametrize(("vm_state", "power_state", "after"), [
    (VmState.ACTIVE, PowerState.SHUTDOWN, VmState.STOPPED),
    (VmState.ACTIVE, PowerState.CRASHED, VmState.STOPPED),
    (VmState.ACTIVE, PowerState.NOSTATE, None),
    (VmState.PAUSED, PowerState.SHUTDOWN, VmState.STOPPED),
    (VmState.ACTIVE, PowerState.PAUSED, VmState.PAUSED),
    (VmState.PAUSED, PowerState.RUNNING, VmState.ACTIVE),
    (VmState.STOPPED, PowerState.RUNNING, VmState.ACTIVE),
    (VmState.ACTIVE, PowerState.RUNNING, None),
    (VmState.STOPPED, PowerState.SHUTDOWN, None),
])
def test_the_record_follows_the_guest(vm_state: VmState, power_state: PowerState, after: VmState | None) -> None:
    assert vm_state_after(vm_state, power_state) is after


@pytest.mark.parametrize("power_state", list(PowerState))
@pytest.mark.parametrize("vm_state", [VmState.BUILDING, VmState.ERROR, VmState.DELETED, VmState.SHELVED])
def test_states_that_only_an_operation_may_leave_stay(vm_state: VmState, power_state: PowerState) -> None:
    assert vm_state_after(vm_state, power_state) is None
