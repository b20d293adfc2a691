"""What the end of an operation changes beside the states: the record of the instance, and its place on its host."""

from __future__ import annotations

from typing import Any

from nova_lite.db.session import Tx
from nova_lite.db.writes import claims, instances, network, outbox
from nova_lite.objects.instance import Instance, Kept
from nova_lite.objects.operation import (
    AttachInterface,
    ConfirmResize,
    Create,
    DetachInterface,
    Evacuate,
    Migrate,
    Operation,
    Resize,
    RevertResize,
    Shelve,
    Unshelve,
    move_of,
)
from nova_lite.objects.power import vm_state_after
from nova_lite.objects.states import Leg, VmState


def succeeded(tx: Tx, operation: Operation, instance: Instance, now: float) -> dict[str, Any]:
    """The fields that success sets. The caller holds the instance."""
    arguments = operation.arguments
    match arguments:
        case AttachInterface():
            network.plugged(tx, instance, operation.host, now, arguments.port_id)
        case DetachInterface():
            return without_port(tx, instance, arguments.port_id, now)
        case Create():
            network.plugged(tx, instance, operation.host, now)
        case Resize() | Migrate():
            return _moved(tx, arguments, instance, now)
        case ConfirmResize(move=None):
            claims.take(tx, instance, instance.flavor)
            return {"kept": None}
        case ConfirmResize():
            claims.release_elsewhere(tx, instance.uuid, instance.host)
            return {"kept": None, **_as_it_is(instance, VmState.ACTIVE)}
        case RevertResize(move=None) if instance.kept is not None and instance.kept.flavor is not None:
            claims.take(tx, instance, instance.kept.flavor)
            return {"flavor": instance.kept.flavor, "kept": None}
        case Evacuate():
            claims.release_elsewhere(tx, instance.uuid, instance.host)
            network.plugged(tx, instance, instance.host, now)
        case Shelve():
            claims.release(tx, instance.uuid)
            network.plugged(tx, instance, None, now)
            return {"host": None, "kept": Kept(image_id=arguments.image_id)}
        case Unshelve():
            network.plugged(tx, instance, operation.host, now)
            return {"kept": None}
    return {}


def failed(tx: Tx, operation: Operation, instance: Instance, now: float, *, left: bool) -> dict[str, Any]:
    """The fields that failure sets; ``left``: the host may have something of the instance. The caller holds it."""
    arguments = operation.arguments
    match arguments:
        case AttachInterface():
            return without_port(tx, instance, arguments.port_id, now)
        case Create():
            return {"vm_state": VmState.ERROR, **({} if left else _homeless(tx, instance))}
        case Unshelve() if not left:
            return _homeless(tx, instance)
        case Resize(move=None) if instance.host not in arguments.excluded_hosts:
            claims.take(tx, instance, instance.flavor)
            return _as_small_as_before(instance)
        case Resize() | Migrate():
            claims.release_elsewhere(tx, instance.uuid, instance.host)
            return _as_small_as_before(instance)
        case Evacuate():
            host = instance.host if left else arguments.source
            claims.release_elsewhere(tx, instance.uuid, host)
            return {"host": host}
        case RevertResize(move=move) if move is not None and move.leg is Leg.RETURN:
            return {"vm_state": VmState.ERROR}
    return {}


def without_port(tx: Tx, instance: Instance, port_id: str, now: float) -> dict[str, Any]:
    """Take an interface from an instance, which the caller holds; the fields that it sets."""
    network.release_port(tx, instance.uuid, port_id, now)
    return {"nics": tuple(nic for nic in instance.nics if nic.id != port_id)}


def fell_back(tx: Tx, operation: Operation, instance: Instance, now: float) -> dict[str, Any]:
    """The fields that the end of a move sets whose guest could not arrive, and is where it was."""
    claims.release_elsewhere(tx, instance.uuid, instance.host)
    return {"fault": instance.fault, **_as_small_as_before(instance)}


def is_fallen_back(operation: Operation) -> bool:
    """Whether success of this operation's part is the failure of the whole."""
    move = move_of(operation.arguments)
    return move is not None and move.leg is Leg.FALL_BACK


def reset_state(tx: Tx, uuid: str, vm_state: VmState, now: float) -> Instance:
    """Say what state an instance is in; whatever was being done to it fails, superseded. Raises NotFound.

    A resize that nobody will decide any more does not take the room of two flavors, nor that of two hosts: what its
    old host has of it is not its any more.
    """
    instance = instances.current(tx, uuid, None)
    outbox.supersede(tx, instance, "superseded by resetState", now)
    claims.release_elsewhere(tx, uuid, instance.host)
    claims.take(tx, instance, instance.flavor)
    moved = instance.kept is not None and instance.kept.host is not None
    kept = None if moved else instance.kept
    return instances.save(tx, instance, now, vm_state=vm_state, task_state=None, kept=kept)


def _moved(tx: Tx, arguments: Resize | Migrate, instance: Instance, now: float) -> dict[str, Any]:
    flavor = arguments.flavor if isinstance(arguments, Resize) else instance.flavor
    if arguments.move is None:
        return {"flavor": flavor, "kept": Kept(flavor=instance.flavor)}
    host = arguments.move.destination
    network.plugged(tx, instance, host, now)
    return {
        "flavor": flavor, "kept": Kept(flavor=instance.flavor, host=arguments.move.source), "host": host,
        "availability_zone": claims.zone_of(tx, host),
    }


def _as_small_as_before(instance: Instance) -> dict[str, Any]:
    """Quota counts the flavor that a resize wanted no longer: the columns follow the flavor that is written."""
    return {"flavor": instance.flavor}


def _homeless(tx: Tx, instance: Instance) -> dict[str, Any]:
    claims.release(tx, instance.uuid)
    return {"host": None}


def _as_it_is(instance: Instance, vm_state: VmState) -> dict[str, Any]:
    return {
        "power_state": instance.power_state, "vm_state": vm_state_after(vm_state, instance.power_state) or vm_state,
    }
