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
    Operation,
    Resize,
    RevertResize,
    Shelve,
    Unshelve,
)
from nova_lite.objects.states import VmState


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
        case Resize():
            return {"flavor": arguments.flavor, "kept": Kept(flavor=instance.flavor)}
        case ConfirmResize():
            claims.take(tx, instance.uuid, instance.flavor)
            return {"kept": None}
        case RevertResize() if instance.kept is not None and instance.kept.flavor is not None:
            claims.take(tx, instance.uuid, instance.kept.flavor)
            return {"flavor": instance.kept.flavor, "kept": None}
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
        case Resize():
            claims.take(tx, instance.uuid, instance.flavor)
        case Unshelve() if not left:
            claims.release(tx, instance.uuid)
            return {"host": None}
    return {}


def without_port(tx: Tx, instance: Instance, port_id: str, now: float) -> dict[str, Any]:
    """Take an interface from an instance, which the caller holds; the fields that it sets."""
    network.release_port(tx, instance.uuid, port_id, now)
    return {"nics": tuple(nic for nic in instance.nics if nic.id != port_id)}


def reset_state(tx: Tx, uuid: str, vm_state: VmState, now: float) -> Instance:
    """Say what state an instance is in; whatever was being done to it fails, superseded. Raises NotFound.

    A resize that nobody will decide any more does not take the room of two flavors.
    """
    instance = instances.current(tx, uuid, None)
    outbox.supersede(tx, instance, "superseded by resetState", now)
    if instance.host is not None:
        claims.take(tx, uuid, instance.flavor)
    return instances.save(tx, instance, now, vm_state=vm_state, task_state=None)
