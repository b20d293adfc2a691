"""A server's status: the one word that vm_state and task_state make together, and back."""

from __future__ import annotations

from nova_lite.objects.states import TaskState, VmState

_T = TaskState

# The status of a state, and of a state while something is being done to it.
STATUS: dict[VmState, str] = {
    VmState.BUILDING: "BUILD",
    VmState.ACTIVE: "ACTIVE",
    VmState.PAUSED: "PAUSED",
    VmState.SUSPENDED: "SUSPENDED",
    VmState.STOPPED: "SHUTOFF",
    VmState.RESCUED: "RESCUE",
    VmState.RESIZED: "VERIFY_RESIZE",
    VmState.SOFT_DELETED: "SOFT_DELETED",
    VmState.DELETED: "DELETED",
    VmState.ERROR: "ERROR",
    VmState.SHELVED: "SHELVED",
    VmState.SHELVED_OFFLOADED: "SHELVED_OFFLOADED",
}

DURING: dict[tuple[VmState, TaskState], str] = {
    (state, task): status
    for task, status in ((_T.REBOOTING, "REBOOT"), (_T.REBOOTING_HARD, "HARD_REBOOT"))
    for state in (VmState.ACTIVE, VmState.PAUSED, VmState.SUSPENDED, VmState.STOPPED, VmState.ERROR)
} | {
    (state, task): "REBUILD"
    for task in (_T.REBUILDING, _T.REBUILD_BLOCK_DEVICE_MAPPING, _T.REBUILD_SPAWNING)
    for state in (VmState.ACTIVE, VmState.STOPPED, VmState.ERROR)
} | {
    (state, task): "RESIZE"
    for task in (_T.RESIZE_PREP, _T.RESIZE_MIGRATING) for state in (VmState.ACTIVE, VmState.STOPPED)
} | {
    (VmState.RESIZED, _T.RESIZE_REVERTING): "REVERT_RESIZE",
    (VmState.ACTIVE, _T.UPDATING_PASSWORD): "PASSWORD",
}

PROGRESSING = frozenset({"ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"})
FAULTY = frozenset({"ERROR", "DELETED"})


def status_of(vm_state: VmState, task_state: TaskState | None) -> str:
    """``ACTIVE``, ``BUILD``, ``REBOOT`` …"""
    if task_state is not None and (vm_state, task_state) in DURING:
        return DURING[vm_state, task_state]
    return STATUS[vm_state]


def states_of(status: str) -> tuple[frozenset[VmState], frozenset[TaskState]] | None:
    """What a server with this status may be, for a listing; None for a word that is no status.

    An empty set of task states means any.
    """
    wanted = status.upper()
    plain = frozenset(state for state, word in STATUS.items() if word == wanted)
    if plain:
        return plain, frozenset()
    during = [pair for pair, word in DURING.items() if word == wanted]
    if not during:
        return None
    return frozenset(state for state, _ in during), frozenset(task for _, task in during)
