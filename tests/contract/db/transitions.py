"""Transitions as the API declares them, for tests."""

from nova_lite.db.writes.instances import Transition
from nova_lite.objects.states import TaskState, VmState

PAUSE = Transition(task_state=TaskState.PAUSING, from_vm_states=frozenset({VmState.ACTIVE, VmState.RESCUED}))
REBOOT_HARD = Transition(
    task_state=TaskState.REBOOTING_HARD, from_vm_states=frozenset({VmState.ACTIVE, VmState.ERROR}),
    allow_task_states=frozenset({TaskState.REBOOTING, TaskState.REBOOTING_HARD}),
)
START = Transition(task_state=TaskState.POWERING_ON, from_vm_states=frozenset({VmState.STOPPED}))
PLUG = Transition(task_state=None, from_vm_states=frozenset({VmState.ACTIVE}))
LEAVE = Transition(
    task_state=TaskState.RESIZE_PREP, from_vm_states=frozenset({VmState.ACTIVE}), scheduled=True, alone=True
)
DECIDING = Transition(task_state=TaskState.RESIZE_REVERTING, from_vm_states=frozenset({VmState.RESIZED}))
