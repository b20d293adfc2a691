"""What each action needs of a server's states, and the task state it sets: Nova's rules as one table."""

from __future__ import annotations

from nova_lite.db.writes.instances import Transition
from nova_lite.objects.operation import Arguments, Reboot, Resize
from nova_lite.objects.states import Action, TaskState, VmState


def _transition(
    task_state: TaskState | None, *states: VmState, during: frozenset[TaskState] = frozenset()
) -> Transition:
    return Transition(task_state=task_state, from_vm_states=frozenset(states), allow_task_states=during)


_S, _T = VmState, TaskState

_TRANSITIONS = {
    Action.PAUSE: _transition(TaskState.PAUSING, VmState.ACTIVE),
    Action.UNPAUSE: _transition(TaskState.UNPAUSING, VmState.PAUSED),
    Action.STOP: _transition(TaskState.POWERING_OFF, VmState.ACTIVE, VmState.ERROR),
    Action.START: _transition(TaskState.POWERING_ON, VmState.STOPPED),
    Action.SUSPEND: _transition(_T.SUSPENDING, _S.ACTIVE),
    Action.RESUME: _transition(_T.RESUMING, _S.SUSPENDED),
    Action.CRASH_DUMP: _transition(
        _T.TRIGGERING_CRASH_DUMP, _S.ACTIVE, _S.PAUSED, _S.RESCUED, _S.RESIZED, _S.ERROR
    ),
    Action.CHANGE_PASSWORD: _transition(_T.UPDATING_PASSWORD, _S.ACTIVE),
    Action.REBUILD: _transition(_T.REBUILDING, _S.ACTIVE, _S.STOPPED, _S.ERROR),
    Action.CREATE_IMAGE: _transition(_T.IMAGE_SNAPSHOT, _S.ACTIVE, _S.STOPPED, _S.PAUSED, _S.SUSPENDED),
    Action.CREATE_BACKUP: _transition(_T.IMAGE_BACKUP, _S.ACTIVE, _S.STOPPED, _S.PAUSED, _S.SUSPENDED),
    Action.RESIZE: _transition(_T.RESIZE_PREP, _S.ACTIVE, _S.STOPPED),
    Action.CONFIRM_RESIZE: _transition(_T.RESIZE_CONFIRMING, _S.RESIZED),
    Action.REVERT_RESIZE: _transition(_T.RESIZE_REVERTING, _S.RESIZED),
    Action.RESCUE: _transition(_T.RESCUING, _S.ACTIVE, _S.STOPPED, _S.ERROR),
    Action.UNRESCUE: _transition(_T.UNRESCUING, _S.RESCUED),
    Action.SHELVE: _transition(_T.SHELVING, _S.ACTIVE, _S.STOPPED, _S.PAUSED, _S.SUSPENDED),
    Action.ATTACH_INTERFACE: _transition(None, _S.ACTIVE, _S.PAUSED, _S.STOPPED),
    Action.DETACH_INTERFACE: _transition(None, _S.ACTIVE, _S.PAUSED, _S.STOPPED),
    Action.REFRESH_INTERFACE: _transition(None, *_S),
    Action.UNSHELVE: Transition(
        task_state=_T.UNSHELVING, from_vm_states=frozenset({_S.SHELVED_OFFLOADED}), unplaced=True, scheduled=True
    ),
    Action.MIGRATE: Transition(
        task_state=_T.RESIZE_PREP, from_vm_states=frozenset({_S.ACTIVE, _S.STOPPED}), scheduled=True, alone=True
    ),
    # Whatever the dead host was doing; only what another host has its hands in is waited for.
    Action.EVACUATE: Transition(
        task_state=_T.REBUILDING, from_vm_states=frozenset({_S.ACTIVE, _S.STOPPED, _S.ERROR}), scheduled=True,
        allow_task_states=frozenset(_T) - {
            _T.DELETING, _T.RESIZE_PREP, _T.RESIZE_MIGRATING, _T.RESIZE_FINISH, _T.RESIZE_REVERTING, _T.SCHEDULING,
        },
        overtakes=True,
    ),
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
    if isinstance(arguments, Resize) and arguments.excluded_hosts:
        return _TRANSITIONS[Action.MIGRATE]
    return _TRANSITIONS[arguments.action]
