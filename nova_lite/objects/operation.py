"""Operation: one accepted change of an instance, from the request to its end (DESIGN section 4)."""

from __future__ import annotations

from typing import ClassVar, Literal

from nova_lite.objects.base import Value
from nova_lite.objects.fault import Fault
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.states import Action, Leg, OperationState, PowerState, VmState


class Placed(Value, frozen=True, kw_only=True):
    """What a scheduler finds a host for.

    ``availability_zone`` and ``requested_host`` restrict the choice; ``excluded_hosts`` have failed it, or are where
    the instance is to go away from.
    """

    availability_zone: str | None = None
    requested_host: str | None = None
    excluded_hosts: tuple[str, ...] = ()


class Move(Value, frozen=True, kw_only=True):
    """From which host to which, and which part of it is to be done now."""

    source: str
    destination: str
    leg: Leg

    @property
    def host(self) -> str:
        """Who carries out the leg."""
        return self.destination if self.leg in (Leg.ARRIVE, Leg.LEAVE) else self.source


class Create(Placed, frozen=True, kw_only=True, tag="create"):
    """Boot an instance on a host of the scheduler's choice."""

    action: ClassVar[Action] = Action.CREATE


class Delete(Value, frozen=True, kw_only=True, tag="delete"):
    """``others``: hosts that have something of the instance too, to be visited next. ``image_id``: the disk of a move
    that the delete has overtaken.
    """

    action: ClassVar[Action] = Action.DELETE
    others: tuple[str, ...] = ()
    image_id: str | None = None


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


class Suspend(Value, frozen=True, kw_only=True, tag="suspend"):
    """Save the guest's memory to disk and switch it off."""

    action: ClassVar[Action] = Action.SUSPEND


class Resume(Value, frozen=True, kw_only=True, tag="resume"):
    action: ClassVar[Action] = Action.RESUME


class CrashDump(Value, frozen=True, kw_only=True, tag="trigger_crash_dump"):
    """Interrupt the guest so that its kernel dumps itself, if it is made for that."""

    action: ClassVar[Action] = Action.CRASH_DUMP


class ChangePassword(Value, frozen=True, kw_only=True, tag="changePassword"):
    """Give the guest's administrator a password, which is told its host and nobody else, and written down nowhere."""

    action: ClassVar[Action] = Action.CHANGE_PASSWORD


class Rebuild(Value, frozen=True, kw_only=True, tag="rebuild"):
    """A fresh root disk from the instance's image, which has been set with this operation."""

    action: ClassVar[Action] = Action.REBUILD


class CreateImage(Value, frozen=True, kw_only=True, tag="createImage"):
    """Fill ``image_id``, which is queued at the image service, with the guest's root disk."""

    action: ClassVar[Action] = Action.CREATE_IMAGE
    image_id: str


class CreateBackup(Value, frozen=True, kw_only=True, tag="createBackup"):
    """The same, and of the backups of this ``backup_type`` only the ``rotation`` newest stay."""

    action: ClassVar[Action] = Action.CREATE_BACKUP
    image_id: str
    backup_type: str
    rotation: int


class Resize(Placed, frozen=True, kw_only=True, tag="resize"):
    """Another size, where the instance is, or elsewhere if that host is among the ``excluded_hosts``.

    ``move``: once the scheduler has found where.
    """

    action: ClassVar[Action] = Action.RESIZE
    flavor: Flavor
    move: Move | None = None


class Migrate(Placed, frozen=True, kw_only=True, tag="migrate"):
    """To another host, with the disk and the size that it has; decided like a resize."""

    action: ClassVar[Action] = Action.MIGRATE
    move: Move | None = None


class Evacuate(Placed, frozen=True, kw_only=True, tag="evacuate"):
    """Anew from its image on another host, for ``source`` is down. ``stopped``: off, whatever it was."""

    action: ClassVar[Action] = Action.EVACUATE
    source: str
    stopped: bool = False


class ConfirmResize(Value, frozen=True, kw_only=True, tag="confirmResize"):
    action: ClassVar[Action] = Action.CONFIRM_RESIZE
    move: Move | None = None


class RevertResize(Value, frozen=True, kw_only=True, tag="revertResize"):
    action: ClassVar[Action] = Action.REVERT_RESIZE
    move: Move | None = None


class Rescue(Value, frozen=True, kw_only=True, tag="rescue"):
    """Boot from a fresh disk made of ``image``, the guest's own root disk beside it."""

    action: ClassVar[Action] = Action.RESCUE
    image: ImageMeta


class Unrescue(Value, frozen=True, kw_only=True, tag="unrescue"):
    action: ClassVar[Action] = Action.UNRESCUE


class Shelve(Value, frozen=True, kw_only=True, tag="shelve"):
    """Fill ``image_id`` with the guest's root disk, and take the guest from its host."""

    action: ClassVar[Action] = Action.SHELVE
    image_id: str


class Unshelve(Placed, frozen=True, kw_only=True, tag="unshelve"):
    """Boot a shelved instance from ``image``, on a host of the scheduler's choice."""

    action: ClassVar[Action] = Action.UNSHELVE
    image: ImageMeta


class AttachInterface(Value, frozen=True, kw_only=True, tag="attach_interface"):
    """Give the guest the interface of a port, which the instance has been given with this operation."""

    action: ClassVar[Action] = Action.ATTACH_INTERFACE
    port_id: str


class DetachInterface(Value, frozen=True, kw_only=True, tag="detach_interface"):
    """Take the interface of a port from the guest; the instance has it until then."""

    action: ClassVar[Action] = Action.DETACH_INTERFACE
    port_id: str


class RefreshInterface(Value, frozen=True, kw_only=True, tag="refresh_interface"):
    """A port of the instance has other addresses: its host tells them to who asks by DHCP."""

    action: ClassVar[Action] = Action.REFRESH_INTERFACE
    port_id: str


# The tag on the wire is the action's name: a receiver that does not know an action refuses it by that name.
Arguments = (
    Create | Delete | Pause | Unpause | Stop | Start | Reboot | Suspend | Resume | CrashDump | Rebuild | CreateImage
    | CreateBackup | Resize | ConfirmResize | RevertResize | Rescue | Unrescue | Shelve | Unshelve | AttachInterface
    | DetachInterface | RefreshInterface | Migrate | Evacuate | ChangePassword
)


def move_of(arguments: Arguments) -> Move | None:
    """The move that these arguments are of; None for what stays on its host."""
    return arguments.move if isinstance(arguments, Resize | Migrate | ConfirmResize | RevertResize) else None


class Operation(Value, frozen=True, kw_only=True):
    """``epoch`` fences: a worker whose epoch is older than the row's is refused. ``deadline``: seconds since 1970."""

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

    @property
    def work(self) -> Action | Leg:
        """What its host has to do now: the action, or the leg of a move."""
        move = move_of(self.arguments)
        return self.action if move is None else move.leg


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
    """How far a worker is with an operation: told with its lease. ``step`` is empty before the first.

    ``at``: when this was so, in seconds since the epoch by the worker's clock; later for whatever is told later.
    """

    epoch: int
    step: str = ""
    at: float


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
