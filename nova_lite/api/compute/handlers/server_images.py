"""Images made of servers: createImage, createBackup; and shelving, which keeps a server as an image."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from nova_lite.api.compute import creation
from nova_lite.api.compute.handlers.boot import check_zone, image_of
from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of, target
from nova_lite.api.compute.policies import server_actions as rules
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import v
from nova_lite.api.request import Reply, Request
from nova_lite.core.errors import Conflict, Invalid
from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import hosts, quotas
from nova_lite.db.session import Tx
from nova_lite.db.writes import instances as writes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.image import Image, Visibility
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, CreateBackup, CreateImage, Shelve, Unshelve

# What an image says of itself, and its snapshot cannot inherit.
_NOT_INHERITED = frozenset({"base_image_ref", "image_type", "instance_uuid", "backup_type", "user_id"})


def create_image(request: Request[ComputeServices]) -> Reply:
    asked = request.member("createImage")
    server = server_of(request)
    image = _image(request, server, str(asked["name"]), "snapshot", _metadata(request, asked))
    _act(request, server, image, lambda image_id: CreateImage(image_id=image_id))
    return _answer(request, image, located=True)


def create_backup(request: Request[ComputeServices]) -> Reply:
    asked = request.member("createBackup")
    server = server_of(request)
    kind, rotation = str(asked["backup_type"]), int(str(asked["rotation"]))
    more = {**_metadata(request, asked), "backup_type": kind}
    image = _image(request, server, str(asked["name"]), "backup", more)
    _act(request, server, image, lambda image_id: CreateBackup(image_id=image_id, backup_type=kind, rotation=rotation))
    return _answer(request, image, located=rotation > 0)


def shelve(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    image = _image(request, server, f"{server.display_name}-shelved", "snapshot", {})
    locked_out = not may_override_lock(request, server)
    _act(request, server, image, lambda image_id: Shelve(image_id=image_id), respect_lock=locked_out)


def shelve_offload(request: Request[ComputeServices]) -> None:
    """Servers are taken from their hosts when they are shelved: there is never one to offload."""
    server = server_of(request)
    raise Conflict(f"Cannot 'shelveOffload' instance {server.uuid} while it is in vm_state {server.vm_state}",
                   instance=server.uuid, attribute="vm_state", state=str(server.vm_state))


def unshelve(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    asked = request.body["unshelve"]
    wanted = asked if isinstance(asked, dict) else {}
    if server.kept is None or server.kept.image_id is None:
        raise Conflict(f"Cannot 'unshelve' instance {server.uuid} while it is in vm_state {server.vm_state}",
                       instance=server.uuid, attribute="vm_state", state=str(server.vm_state))
    if wanted.get("host"):
        request.authorize(target(server), rules.UNSHELVE_TO_HOST)
    zone = wanted.get("availability_zone", server.pinned_zone)
    with request.services.database.read() as tx:
        check_zone(zone, hosts.every(tx) if zone else [])
    arguments = Unshelve(
        image=image_of(request, server.kept.image_id), requested_host=wanted.get("host"), availability_zone=zone,
    )
    now = request.services.clock.now()

    def pin(tx: Tx, grant: ClaimGrant) -> ClaimGrant:
        if zone == grant.instance.pinned_zone:
            return grant
        return structs.replace(grant, instance=writes.save(tx, grant.instance, now, pinned_zone=zone))

    request.services.lifecycle.act(
        request.context, server, arguments, override_lock=may_override_lock(request, server), then=pin
    )


def _metadata(request: Request[ComputeServices], asked: dict[str, object]) -> dict[str, str]:
    given = asked.get("metadata")
    metadata = {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}
    if request.version < v("2.39"):
        with request.services.database.read() as tx:
            quota = quotas.of_project(tx, request.context.project_id, request.services.quota)
        creation.check_metadata(metadata, quota.metadata_items)
    return metadata


def _image(
    request: Request[ComputeServices], server: Instance, name: str, kind: str, more: dict[str, str]
) -> Image:
    """The record that the guest's disk will fill: its owner's, and not bootable on less than the server has."""
    base, now = server.image, request.services.clock.now()
    if base is None:
        raise Invalid(f"Instance {server.uuid} was not booted from an image.", instance=server.uuid)
    inherited = {key: value for key, value in base.properties.items() if key not in _NOT_INHERITED}
    return Image(
        id=new_uuid(), owner=server.project_id, name=name, visibility=Visibility.PRIVATE, disk_format="qcow2",
        container_format="bare", min_disk=max(base.min_disk, server.flavor.root_gb), min_ram=base.min_ram,
        properties={
            **inherited, "base_image_ref": base.properties.get("base_image_ref") or base.id, "image_type": kind,
            "instance_uuid": server.uuid, "user_id": server.user_id, **more,
        },
        created_at=now, updated_at=now,
    )


def _act(
    request: Request[ComputeServices], server: Instance, image: Image, arguments: Callable[[str], Arguments], *,
    respect_lock: bool = False,
) -> None:
    """A lock keeps a server from being changed: what only copies its disk is not kept away by one, as in Nova."""
    images = request.services.images
    images.create(image)
    try:
        request.services.lifecycle.act(
            request.context, server, arguments(image.id), override_lock=not respect_lock
        )
    except Conflict:
        images.delete(request.context, image.id)
        raise


def _answer(request: Request[ComputeServices], image: Image, *, located: bool) -> Reply:
    if request.version >= v("2.45"):
        return Reply(json={"image_id": image.id})
    root = request.services.image_url or f"{request.base_url.partition('/compute')[0]}/image"
    return Reply(headers={"Location": f"{root}/v2/images/{image.id}"} if located else {})
