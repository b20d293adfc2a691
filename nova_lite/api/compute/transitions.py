"""What each action needs of a server's states, and the task state it sets: Nova's rules as one table."""

from __future__ import annotations

from nova_lite.db.writes.instances import Transition
from nova_lite.objects.operation import Arguments, Reboot
from nova_lite.objects.states import Action, TaskState, VmState


def _transition(task_state: TaskState, *states: VmState, during: frozenset[TaskState] = frozenset()) -> Transition:
    return Transition(task_state=task_state, from_vm_states=frozenset(states), allow_task_states=during)


_TRANSITIONS = {
    Action.PAUSE: _transition(TaskState.PAUSING, VmState.ACTIVE),
    Action.UNPAUSE: _transition(TaskState.UNPAUSING, VmState.PAUSED),
    Action.STOP: _transition(TaskState.POWERING_OFF, VmState.ACTIVE, VmState.ERROR),
    Action.START: _transition(TaskState.POWERING_ON, VmState.STOPPED),
}

_SOFT = _transition(TaskState.REBOOTING, VmState.ACTIVE)
_HARD = _transition(
    TaskState.REBOOTING_HARD, VmState.ACTIVE, VmState.STOPPED, VmState.PAUSED, VmState.SUSPENDED, VmState.ERROR,
    # A guest that does not answer a soft reboot is what a hard one is for.
    during=frozenset({TaskState.REBOOTING, TaskState.REBOOTING_HARD, TaskState.PAUSING, TaskState.POWERING_ON}),
)


def transition(arguments: Arguments) -> Transition:
    """The rule of an action. Create and delete have none: one begins without states, the other in any."""
    if isinstance(arguments, Reboot):
        return _SOFT if arguments.kind == "SOFT" else _HARD
    return _TRANSITIONS[arguments.action]
