"""Rebuild: the same server from a fresh disk."""

from __future__ import annotations

from typing import cast

from nova_lite.api.compute import creation, disk_config
from nova_lite.api.compute.handlers.boot import image_of, key_pair_of
from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of, target
from nova_lite.api.compute.handlers.servers import circumstances
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import servers as views
from nova_lite.api.microversions import v
from nova_lite.api.request import Reply, Request
from nova_lite.core.errors import Invalid
from nova_lite.db.reads import quotas
from nova_lite.db.writes import instances as writes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Rebuild

_TAKEN = {
    "name": "display_name", "description": "description", "hostname": "hostname", "user_data": "user_data",
    "accessIPv4": "access_ip_v4", "accessIPv6": "access_ip_v6", "metadata": "metadata",
}


def rebuild(request: Request[ComputeServices]) -> Reply:
    """Accept it, with all that the body changes of the server; the answer is the server."""
    server = server_of(request)
    body = request.member("rebuild")
    fields = _fields(request, server, body)
    now = request.services.clock.now()
    password = creation.admin_pass(body)
    grant = request.services.lifecycle.act(
        request.context, server, Rebuild(), override_lock=may_override_lock(request, server),
        then=lambda tx, grant: ClaimGrant(
            instance=writes.save(tx, grant.instance, now, **fields), operation=grant.operation
        ), admin_pass=password,
    )
    more = (views.FULL, views.ONE) if request.version >= v("2.75") else (views.ONE,)
    document = views.show(grant.instance, circumstances(request, [grant.instance], *more, about=target(server)))
    shown = cast("dict[str, object]", document["server"])
    shown["adminPass"] = password
    if request.version >= v("2.57"):
        # Here it is told once, and without a prefix.
        shown.pop("OS-EXT-SRV-ATTR:user_data", None)
        shown["user_data"] = grant.instance.user_data
    if request.version >= v("2.54"):
        shown["key_name"] = grant.instance.key_name
    return Reply(json={"server": shown}, headers={"Location": f"{request.base_url}/servers/{server.uuid}"})


def _fields(request: Request[ComputeServices], server: Instance, body: dict[str, object]) -> dict[str, object]:
    """The server's fields that the body changes, found and checked."""
    creation.check_extras(body)
    if not body["imageRef"]:
        raise Invalid("A server that boots from an image is rebuilt from one: imageRef is needed.", field="imageRef")
    image = image_of(request, str(body["imageRef"]))
    creation.check_image(image, server.flavor)
    fields: dict[str, object] = {ours: body[theirs] for theirs, ours in _TAKEN.items() if theirs in body}
    fields |= {name: fields[name] or "" for name in ("access_ip_v4", "access_ip_v6") if name in fields}
    if "key_name" in body:
        with request.services.database.read() as tx:
            pair = key_pair_of(tx, request, body)
        fields |= {"key_name": pair and pair.name, "key_data": pair and pair.public_key}
    with request.services.database.read() as tx:
        quota = quotas.of_project(tx, server.project_id, request.services.quota)
    creation.check_metadata(cast("dict[str, str]", body.get("metadata") or {}), quota.metadata_items)
    if disk_config.KEY in body:
        fields["disk_config"] = disk_config.asked(body, image)
    if "access_ip_v6" in fields:
        fields["access_ip_v6"] = creation.shortest(str(fields["access_ip_v6"]))
    # As in Nova, files are those of this request: none of before are left.
    return {**fields, "image": image, "files": creation.files(body, quota)}
