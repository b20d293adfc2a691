"""What a guest's power state says about its instance. Pure."""

from __future__ import annotations

from nova_lite.objects.states import PowerState, VmState

_OFF = (PowerState.SHUTDOWN, PowerState.CRASHED)


def vm_state_after(vm_state: VmState, power_state: PowerState) -> VmState | None:
    """The state that the instance is in now that the hypervisor reports ``power_state``; None: no change.

    Only the states that a guest can enter by itself (or by the operator's hand on the host) follow the hypervisor.
    A guest that is missing (NOSTATE) is neither on nor off: an empty list must not switch off a whole host.
    """
    if vm_state in (VmState.ACTIVE, VmState.PAUSED) and power_state in _OFF:
        return VmState.STOPPED
    if vm_state in (VmState.STOPPED, VmState.PAUSED) and power_state is PowerState.RUNNING:
        return VmState.ACTIVE
    if vm_state is VmState.ACTIVE and power_state is PowerState.PAUSED:
        return VmState.PAUSED
    return None
