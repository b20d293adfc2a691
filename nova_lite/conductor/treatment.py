"""What is to be done about an operation whose lease or deadline has passed. Pure."""

from __future__ import annotations

import enum

from nova_lite.conf.control import ConductorSettings
from nova_lite.objects.host import HostState
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import Action, OperationState


class Remedy(enum.Enum):
    """``AGAIN``: cast it again. ``WAIT``: its host is down, nobody would hear. ``ELSEWHERE``: another host may have it.

    ``BURY``: the delete ends without its host. ``END``: its time is up. ``GIVE_UP``: it has had all its attempts.
    """

    AGAIN = "again"
    WAIT = "wait"
    ELSEWHERE = "elsewhere"
    BURY = "bury"
    END = "end"
    GIVE_UP = "give up"


def treatment(operation: Operation, host: HostState | None, now: float, settings: ConductorSettings) -> Remedy:
    """``host``: the state of the operation's host, None when it has none or nobody knows it.

    A boot is taken from a host only where its guest cannot run: the host never began it, or the operator has said that
    the host is dead (force-down). One that is merely silent may be cut off with the guest running (docs/adr/0005).
    """
    down = operation.host is not None and (host is None or is_down(host, now, settings.host_down_after))
    if down and operation.action is Action.DELETE:
        return Remedy.BURY
    if operation.deadline <= now:
        return Remedy.END
    if not down:
        return Remedy.AGAIN
    fenced = operation.state is OperationState.QUEUED or host is None or host.forced_down
    if operation.action is not Action.CREATE or not fenced:
        return Remedy.WAIT
    return Remedy.ELSEWHERE if operation.attempt < settings.max_attempts else Remedy.GIVE_UP


def is_down(host: HostState, now: float, down_after: float) -> bool:
    """Whether a host counts as down: somebody said so, or it has been silent for ``down_after`` seconds."""
    return host.forced_down or now - host.last_seen_at > down_after
