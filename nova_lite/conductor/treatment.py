"""What is to be done about an operation whose lease or deadline has passed. Pure."""

from __future__ import annotations

import enum

from nova_lite.conf.control import ConductorSettings
from nova_lite.objects.host import HostState
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import Action, Leg, OperationState


class Remedy(enum.Enum):
    """``AGAIN``: cast it again. ``WAIT``: its host is down, nobody would hear. ``ELSEWHERE``: another host may have it.

    ``PASS_OVER``: it goes on, or ends, without its host. ``TURN_BACK``: the move's source goes on. ``RECALL``: that,
    too, as soon as the destination has cleared away what it may have. ``END``: its time is up. ``GIVE_UP``: it has had
    all its attempts.
    """

    AGAIN = "again"
    WAIT = "wait"
    ELSEWHERE = "elsewhere"
    PASS_OVER = "pass over"
    TURN_BACK = "turn back"
    RECALL = "recall"
    END = "end"
    GIVE_UP = "give up"


def treatment(operation: Operation, host: HostState | None, now: float, settings: ConductorSettings) -> Remedy:
    """``host``: the state of the operation's host, None when it has none or nobody knows it.

    A guest is only begun on another host where it cannot run on this one: the host never began it, or the operator has
    said that the host is dead (force-down). One that is merely silent may be cut off with the guest running, however
    long it has been silent (docs/adr/0005, 0038). What has only to be cleared away does not wait for a host.
    """
    down = operation.host is not None and (host is None or host.is_down(now, settings.host_down_after))
    dead = host is None or host.forced_down
    if down and _clears(operation, dead):
        return Remedy.PASS_OVER
    if operation.deadline <= now:
        return _too_late(operation, dead)
    if not down:
        return Remedy.AGAIN
    if not _may_leave(operation, dead):
        return Remedy.WAIT
    if operation.work is Leg.ARRIVE:
        return Remedy.TURN_BACK
    return Remedy.ELSEWHERE if operation.attempt < settings.max_attempts else Remedy.GIVE_UP


def _clears(operation: Operation, dead: bool) -> bool:
    """Whether the host has only to destroy something. The guest at its new place may run: it must be dead for sure."""
    return operation.work in (Action.DELETE, Leg.DISMISS) or (operation.work is Leg.LEAVE and dead)


def _too_late(operation: Operation, dead: bool) -> Remedy:
    if operation.work is Leg.ARRIVE:
        return Remedy.TURN_BACK if dead or operation.state is OperationState.QUEUED else Remedy.RECALL
    # Half of the guest may be gone by then: the other half must not be what is left to confirm, or to revert to.
    if operation.work is Leg.LEAVE:
        return Remedy.RECALL
    return Remedy.PASS_OVER if operation.work is Leg.DISMISS else Remedy.END


def _may_leave(operation: Operation, dead: bool) -> bool:
    if operation.state is OperationState.QUEUED:
        return operation.work in (Action.CREATE, Action.UNSHELVE, Action.EVACUATE, Leg.ARRIVE)
    # What is unshelved may have lost its image with its last step: there is only that host.
    return dead and operation.work in (Action.CREATE, Action.EVACUATE, Leg.ARRIVE)
