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
from nova_lite.objects.states import Leg, OperationState

WAY_BACK = 120.0
"""Seconds that the source has at least to go on after an arrival that failed, whatever is left until the deadline."""


def after_success(tx: Tx, grant: ClaimGrant, now: float) -> ClaimGrant | None:
    """What follows a part that was done; None: nothing, the operation has ended. The caller holds the instance."""
    arguments, instance = grant.operation.arguments, grant.instance
    match arguments:
        case Delete(others=[following, *rest]):
            return _hand_on(tx, grant, following, structs.replace(arguments, others=tuple(rest)), now)
        case Migrate(move=move) | Resize(move=move) if move is not None and move.leg is Leg.DEPART:
            onward = structs.replace(arguments, move=structs.replace(move, leg=Leg.ARRIVE))
            return _hand_on(tx, grant, move.destination, onward, now)
        case RevertResize(move=move) if move is not None and move.leg is Leg.LEAVE:
            back = structs.replace(grant, instance=_brought_back(tx, instance, move.source, now))
            home = structs.replace(arguments, move=structs.replace(move, leg=Leg.RETURN))
            return _hand_on(tx, back, move.source, home, now)
    return None


def after_failure(tx: Tx, grant: ClaimGrant, fault: Fault | None, now: float) -> ClaimGrant | None:
    """What follows a part that failed: the source of a move goes on when the guest could not arrive. See above."""
    arguments = grant.operation.arguments
    move = move_of(arguments)
    if not isinstance(arguments, Migrate | Resize) or move is None or move.leg is not Leg.ARRIVE:
        return None
    told = instances.save(tx, grant.instance, now, fault=fault) if fault is not None else grant.instance
    back = structs.replace(arguments, move=structs.replace(move, leg=Leg.FALL_BACK))
    return _hand_on(
        tx, structs.replace(grant, instance=told), move.source, back, now, message=fault.message if fault else "",
        deadline=max(grant.operation.deadline, now + WAY_BACK),
    )


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
