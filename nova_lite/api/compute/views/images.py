"""Images as the compute API once showed them."""

from __future__ import annotations

from nova_lite.api.compute.views.links import bookmark, links
from nova_lite.core.clock import isoformat
from nova_lite.objects.image import Image, ImageStatus

_STATUS = {
    ImageStatus.QUEUED: ("SAVING", 25), ImageStatus.SAVING: ("SAVING", 50), ImageStatus.ACTIVE: ("ACTIVE", 100),
    ImageStatus.UPLOADING: ("SAVING", 25), ImageStatus.IMPORTING: ("SAVING", 50),
    ImageStatus.KILLED: ("ERROR", 0), ImageStatus.DELETED: ("DELETED", 0),
}
SERVER = "instance_uuid"  # the property that names the server an image was made of


def statuses(word: str) -> tuple[str, ...]:
    """The image service's words for one of ours."""
    return tuple(status.value for status, (shown, _) in _STATUS.items() if shown == word.upper())


def brief(image: Image, base_url: str) -> dict[str, object]:
    """One image, as little as identifies it."""
    path = f"images/{image.id}"
    alternate = {
        "rel": "alternate", "type": "application/vnd.openstack.image",
        "href": f"{base_url.rpartition('/compute/')[0]}/image/v2/{path}",
    }
    return {"id": image.id, "name": image.name, "links": [*links(base_url, path), alternate]}


def full(image: Image, base_url: str) -> dict[str, object]:
    """One image, in full."""
    status, progress = _STATUS.get(image.status, ("UNKNOWN", 0))
    shown = brief(image, base_url) | {
        "status": status, "progress": progress, "minDisk": image.min_disk, "minRam": image.min_ram,
        "metadata": dict(image.properties), "created": isoformat(image.created_at),
        "updated": isoformat(image.updated_at), "OS-EXT-IMG-SIZE:size": image.size,
    }
    server = image.properties.get(SERVER)
    if server:
        path = f"servers/{server}"
        own = {"rel": "self", "href": f"{base_url}/{path}"}
        shown["server"] = {"id": server, "links": [own, bookmark(base_url, path)]}
    return shown
