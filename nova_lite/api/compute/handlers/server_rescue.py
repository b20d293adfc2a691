"""Rescue and unrescue: another root disk for a while."""

from __future__ import annotations

from nova_lite.api.compute import creation
from nova_lite.api.compute.handlers.boot import image_of
from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Rescue, Unrescue


def rescue(request: Request[ComputeServices]) -> Json:
    """Boot from a rescue image: the one named, or the server's own."""
    server = server_of(request)
    body = request.body["rescue"]
    asked = body if isinstance(body, dict) else {}
    password = creation.admin_pass(asked)
    request.services.lifecycle.act(
        request.context, server, Rescue(image=_image(request, server, asked.get("rescue_image_ref"))),
        override_lock=may_override_lock(request, server), admin_pass=password,
    )
    return {"adminPass": password}


def _image(request: Request[ComputeServices], server: Instance, named: object) -> ImageMeta:
    if named:
        image = image_of(request, str(named))
    elif server.image is None:
        raise Invalid("Cannot rescue a volume-backed instance", instance=server.uuid)
    else:
        try:
            image = request.services.images.get_meta(request.context, server.image.id)
        except NotFound:
            image = server.image  # its host may still have it
    if image.status != "active":
        raise Invalid(f"Image {image.id} is not active.", field="rescue_image_ref")
    return image


def unrescue(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    request.services.lifecycle.act(
        request.context, server, Unrescue(), override_lock=may_override_lock(request, server)
    )
