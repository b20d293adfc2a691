"""Operation: one accepted change of an instance, from the request to its end (DESIGN section 4)."""

from __future__ import annotations

from typing import ClassVar, Literal

from nova_lite.objects.base import Value
from nova_lite.objects.fault import Fault
from nova_lite.objects.states import Action, OperationState, PowerState, VmState


class Create(Value, frozen=True, kw_only=True, tag="create"):
    """Boot an instance on a host of the scheduler's choice.

    ``availability_zone`` and ``requested_host`` restrict the choice; ``excluded_hosts`` have failed this boot.
    """

    action: ClassVar[Action] = Action.CREATE
    availability_zone: str | None = None
    requested_host: str | None = None
    excluded_hosts: tuple[str, ...] = ()


class Delete(Value, frozen=True, kw_only=True, tag="delete"):
    action: ClassVar[Action] = Action.DELETE


class Pause(Value, frozen=True, kw_only=True, tag="pause"):
    action: ClassVar[Action] = Action.PAUSE


class Unpause(Value, frozen=True, kw_only=True, tag="unpause"):
    action: ClassVar[Action] = Action.UNPAUSE


class Stop(Value, frozen=True, kw_only=True, tag="stop"):
    """Power off; asks the guest first for ``clean_timeout`` seconds (0: pull the plug)."""

    action: ClassVar[Action] = Action.STOP
    clean_timeout: float = 60.0


class Start(Value, frozen=True, kw_only=True, tag="start"):
    action: ClassVar[Action] = Action.START


class Reboot(Value, frozen=True, kw_only=True, tag="reboot"):
    action: ClassVar[Action] = Action.REBOOT
    kind: Literal["SOFT", "HARD"]


# The tag on the wire is the action's name: a receiver that does not know an action refuses it by that name.
Arguments = Create | Delete | Pause | Unpause | Stop | Start | Reboot


class Operation(Value, frozen=True, kw_only=True):
    """``epoch`` fences: a worker whose epoch is older than the row's is refused. ``deadline``: seconds since the epoch."""

    id: str
    request_id: str
    instance_uuid: str
    project_id: str
    user_id: str
    arguments: Arguments
    state: OperationState = OperationState.QUEUED
    host: str | None = None
    epoch: int = 0
    attempt: int = 0
    step: str = ""
    message: str = ""
    deadline: float
    lease_expires_at: float | None = None
    created_at: float
    updated_at: float
    finished_at: float | None = None

    @property
    def action(self) -> Action:
        """The action that the arguments are of."""
        return self.arguments.action


class OperationEvent(Value, frozen=True, kw_only=True):
    """One step of an operation as somebody lived it. ``result`` is Nova's word: Success or Error."""

    name: str
    host: str | None = None
    started_at: float
    finished_at: float | None = None
    result: Literal["Success", "Error"] | None = None
    reason: str = ""
    details: str = ""


class Progress(Value, frozen=True, kw_only=True):
    """How far a worker is with an operation: told with its lease. ``step`` is empty before the first."""

    epoch: int
    step: str = ""


class OperationResult(Value, frozen=True, kw_only=True):
    """What compute says at the end of an operation, in one message.

    ``outcome`` ``done``: the instance is in ``vm_state`` now. ``failed``: the instance returns to ``vm_state`` (None:
    as it was before); ``undone`` says that nothing is left of what was done, ``reschedule`` that another host may
    succeed.
    """

    operation_id: str
    epoch: int
    host: str
    outcome: Literal["done", "failed"]
    vm_state: VmState | None = None
    power_state: PowerState | None = None
    fault: Fault | None = None
    reschedule: bool = False
    undone: bool = True
    events: tuple[OperationEvent, ...] = ()
