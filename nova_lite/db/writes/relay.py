"""The relay: an operation whose host has done its part goes on to the next one, queued there with a higher epoch."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from nova_lite.db.session import Tx
from nova_lite.db.writes import claims, instances, network, ownership
from nova_lite.db.writes.outbox import CAST_LEASE
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.fault import Fault
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, Delete, Migrate, Resize, RevertResize, move_of
from nova_lite.objects.states import Leg, OperationState, TaskState, VmState

WAY_BACK = 120.0
"""Seconds that the hosts of a move have at least for each part of its way back, whatever is left until the deadline."""
AGAIN_AFTER = 30.0
"""Seconds after which a host that could not clear away what it has of a move is asked to once more."""


def after_success(tx: Tx, grant: ClaimGrant, now: float) -> ClaimGrant | None:
    """What follows a part that was done; None: nothing, the operation has ended. The caller holds the instance."""
    arguments, instance = grant.operation.arguments, grant.instance
    match arguments:
        case Delete(others=[following, *rest]):
            return _hand_on(tx, grant, following, structs.replace(arguments, others=tuple(rest)), now)
        case Migrate(move=move) | Resize(move=move) if move is not None and move.leg is Leg.DEPART:
            return _hand_on(tx, grant, move.destination, _on_leg(grant, Leg.ARRIVE), now)
        case Migrate(move=move) | Resize(move=move) if move is not None and move.leg is Leg.LEAVE:
            return fall_back(tx, grant, None, now)
        case RevertResize(move=move) if move is not None and move.leg is Leg.LEAVE:
            back = structs.replace(grant, instance=_brought_back(tx, instance, move.source, now))
            home = structs.replace(arguments, move=structs.replace(move, leg=Leg.RETURN))
            return _hand_on(tx, back, move.source, home, now, deadline=_way_back(grant, now))
    return None


def after_failure(tx: Tx, grant: ClaimGrant, fault: Fault | None, now: float, *, left: bool) -> ClaimGrant | None:
    """What follows a part that failed: the source of a move goes on when the guest could not arrive. See above.

    ``left``: the destination may have something of the guest; then that has to go first. What has to go is tried
    until it has gone: half of a guest is nothing to go back to (docs/adr/0038).
    """
    move = move_of(grant.operation.arguments)
    leg = None if move is None else move.leg
    if leg is Leg.LEAVE:
        told, message = _told(tx, grant, fault, now, vm_state=VmState.ERROR)
        return _put_off(tx, told, now, message=message, deadline=_way_back(grant, now))
    if leg is Leg.DISMISS:
        return _put_off(tx, grant, now)
    if leg is not Leg.ARRIVE:
        return None
    return recall(tx, grant, fault, now) if left else fall_back(tx, grant, fault, now)


def fall_back(tx: Tx, grant: ClaimGrant, fault: Fault | None, now: float) -> ClaimGrant:
    """The destination has no guest: the source's goes on. ``fault`` None: why has been said."""
    told, message = _told(tx, grant, fault, now)
    move = move_of(grant.operation.arguments)
    assert move is not None
    return _hand_on(tx, told, move.source, _on_leg(grant, Leg.FALL_BACK), now, message=message,
                    deadline=_way_back(grant, now))


def recall(
    tx: Tx, grant: ClaimGrant, fault: Fault | None, now: float, vm_state: VmState | None = None
) -> ClaimGrant:
    """The destination may have the guest: it has to take it away before the source's goes on, as in any revert.

    ``fault`` None: why has been said. ``vm_state``: the instance's while that is waited for; None: as it is.
    """
    state = {"vm_state": vm_state} if vm_state is not None else {}
    told, message = _told(tx, grant, fault, now, task_state=TaskState.RESIZE_REVERTING, **state)
    move = move_of(grant.operation.arguments)
    assert move is not None
    return _hand_on(tx, told, move.destination, _on_leg(grant, Leg.LEAVE), now, message=message,
                    deadline=now + WAY_BACK)


def _told(
    tx: Tx, grant: ClaimGrant, fault: Fault | None, now: float, **changes: Any
) -> tuple[ClaimGrant, str]:
    """The grant with an instance that tells of the fault and has these changes; and the operation's message."""
    if fault is not None:
        changes["fault"] = fault
    instance = instances.save(tx, grant.instance, now, **changes) if changes else grant.instance
    return structs.replace(grant, instance=instance), fault.message if fault else grant.operation.message


def _on_leg(grant: ClaimGrant, leg: Leg) -> Arguments:
    arguments = grant.operation.arguments
    assert isinstance(arguments, Migrate | Resize | RevertResize) and arguments.move is not None
    return structs.replace(arguments, move=structs.replace(arguments.move, leg=leg))


def _way_back(grant: ClaimGrant, now: float) -> float:
    return max(grant.operation.deadline, now + WAY_BACK)


def _put_off(tx: Tx, grant: ClaimGrant, now: float, **more: Any) -> ClaimGrant:
    """The same part, once more, later: it must not fail for good."""
    operation = grant.operation
    queued = ownership.save(
        tx, operation, now, state=OperationState.QUEUED, epoch=operation.epoch + 1, step="",
        lease_expires_at=now + AGAIN_AFTER, **more,
    )
    return structs.replace(grant, operation=queued)


def _hand_on(
    tx: Tx, grant: ClaimGrant, host: str, arguments: Arguments, now: float, **more: Any
) -> ClaimGrant:
    queued = ownership.save(
        tx, grant.operation, now, state=OperationState.QUEUED, host=host, epoch=grant.operation.epoch + 1,
        arguments=arguments, step="", lease_expires_at=now + CAST_LEASE, **more,
    )
    return ClaimGrant(instance=grant.instance, operation=queued)


def _brought_back(tx: Tx, instance: Instance, source: str, now: float) -> Instance:
    """The record of an instance whose guest at its new place is gone: there is the old one, and no other."""
    claims.release_elsewhere(tx, instance.uuid, source)
    network.plugged(tx, instance, source, now)
    flavor = instance.kept.flavor if instance.kept is not None else None
    return instances.save(
        tx, instance, now, host=source, availability_zone=claims.zone_of(tx, source), kept=None,
        flavor=flavor or instance.flavor,
    )
