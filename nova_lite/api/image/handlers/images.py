"""Images: create, list, show, change, delete, deactivate and reactivate."""

from __future__ import annotations

from nova_lite.api.image import fields, json_patch, listing
from nova_lite.api.image.policies import images as policy
from nova_lite.api.image.schemas.images import CHECKED
from nova_lite.api.image.services import ImageServices
from nova_lite.api.image.views import images as views
from nova_lite.api.policy import Target
from nova_lite.api.request import Json, Reply, Request
from nova_lite.core.errors import Forbidden, NotFound
from nova_lite.core.ids import new_uuid
from nova_lite.image.data import STORE_ID
from nova_lite.objects.image import Image, ImageStatus, Visibility

_VISIBILITY_RULES = {Visibility.PUBLIC: policy.PUBLICIZE, Visibility.COMMUNITY: policy.COMMUNITIZE}


def target(request: Request[ImageServices], image: Image) -> Target:
    """What rules are held against. Whoever was shown a shared image is one of its members."""
    return {
        "project_id": image.owner, "member_id": request.context.project_id, "visibility": image.visibility.value,
    }


def visible(request: Request[ImageServices]) -> Image:
    """The image in the path, if it exists for the caller and the route's rule admits it.

    :raises NotFound: it does not exist for the caller, or no rule lets the caller see it.
    :raises Forbidden: it may be seen, but not this.
    """
    image = seen(request)
    request.authorize(target(request, image))
    return image


def seen(request: Request[ImageServices]) -> Image:
    """The image in the path, if the caller may see it, whatever else it may. Raises NotFound."""
    image = request.services.catalog.show(request.context, request.path["image_id"])
    if not request.allows(policy.GET, target(request, image)):
        raise NotFound(f"No image found with ID {image.id}", image_id=image.id)
    return image


def create(request: Request[ImageServices]) -> Reply:
    """A queued image; its data are uploaded next."""
    fields.refuse_protected_names(set(request.body))
    now = request.services.clock.now()
    fresh = Image(id=new_uuid(), owner=request.context.project_id or None, created_at=now, updated_at=now)
    image = fields.merged(fresh, request.body)
    _admit_change(request, fresh, image)
    image = request.services.catalog.create(image)
    headers = {"Location": f"{request.base_url}/v2/images/{image.id}", "OpenStack-image-store-ids": STORE_ID}
    if methods := request.services.imports.methods:
        headers["OpenStack-image-import-methods"] = ",".join(methods)
    return Reply(json=views.show(image), headers=headers)


def index(request: Request[ImageServices]) -> Json:
    """One page of images."""
    query = listing.parse(
        request.query, request.context, lambda image_id: request.services.catalog.show(request.context, image_id)
    )
    return views.index(request.services.catalog.find(query), request.query, query.limit)


def show(request: Request[ImageServices]) -> Json:
    """One image."""
    return views.show(visible(request))


def update(request: Request[ImageServices]) -> Json:
    """Apply a JSON patch, whole or not at all."""
    image = visible(request)
    patch = json_patch.read(request.http)
    fields.refuse_protected_names({operation.name for operation in patch})
    if any(operation.name == "id" for operation in patch):
        raise Forbidden("Attribute 'id' is read-only.", field="id")

    def change(current: Image) -> Image:
        document = json_patch.apply(fields.writable(current), patch)
        CHECKED.check(document)
        changed = fields.merged(current, document)
        _admit_change(request, current, changed)
        return changed

    return views.show(request.services.catalog.update(request.context, image.id, change))


def delete(request: Request[ImageServices]) -> None:
    """Delete an image and its data."""
    image = visible(request)
    request.services.catalog.delete(request.context, image.id)
    if image.status in (ImageStatus.UPLOADING, ImageStatus.IMPORTING):
        request.services.imports.forget(image.id)


def deactivate(request: Request[ImageServices]) -> None:
    """Withhold the data."""
    request.services.catalog.deactivate(request.context, visible(request).id)


def reactivate(request: Request[ImageServices]) -> None:
    """Give the data again."""
    request.services.catalog.reactivate(request.context, visible(request).id)


def tasks(request: Request[ImageServices]) -> Json:
    """Work that the service does on an image by itself: none."""
    visible(request)
    return {"tasks": []}


def _admit_change(request: Request[ImageServices], old: Image, new: Image) -> None:
    """Some values are not everybody's to set."""
    if new.visibility != old.visibility and new.visibility in _VISIBILITY_RULES:
        request.authorize(target(request, new), _VISIBILITY_RULES[new.visibility])
    if new.owner != old.owner and not request.context.is_admin:
        raise Forbidden("You are not permitted to set the owner of an image to another project.", field="owner")
