"""What may be done with an image in its state, and who sees it. Pure: values in, a refusal or nothing out."""

from __future__ import annotations

from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, Forbidden, Invalid, TooLarge
from nova_lite.objects.image import Image, ImageMember, ImageStatus, Visibility

MAX_PROPERTIES = 128
MAX_TAGS = 128
MAX_TEXT = 255  # characters of a name, a tag or a property's name
MAX_VALUE = 65535  # characters of a property's value
GLANCE_DIRECT, WEB_DOWNLOAD = "glance-direct", "web-download"  # ways to import
SERVICE = "service"  # the role by which compute fetches what its users boot


def sees(context: RequestContext, image: Image, membership: ImageMember | None) -> bool:
    """Whether an image exists for this caller. ``membership``: how the image is shared with the caller's project."""
    if context.is_admin or SERVICE in context.roles:
        return True
    if image.visibility in (Visibility.PUBLIC, Visibility.COMMUNITY):
        return True
    if image.owner is not None and image.owner == context.project_id:
        return True
    return image.visibility == Visibility.SHARED and membership is not None


def check_fields(image: Image) -> None:
    """Hold an image, new or changed, against the limits.

    :raises Invalid: a field's value is out of range.
    :raises TooLarge: more tags or properties than allowed.
    """
    for field, value in (("min_disk", image.min_disk), ("min_ram", image.min_ram)):
        if not 0 <= value <= 2**31 - 1:
            raise Invalid(f"Invalid value for {field}: {value}", field=field)
    for kind, texts in (("name", (image.name or "",)), ("tag", image.tags), ("property", tuple(image.properties))):
        if any(len(text) > MAX_TEXT for text in texts):
            raise Invalid(f"A {kind} is longer than {MAX_TEXT} characters", field=kind)
    if any(len(value) > MAX_VALUE for value in image.properties.values()):
        raise Invalid(f"A property's value is longer than {MAX_VALUE} characters", field="property")
    if len(image.tags) > MAX_TAGS:
        raise TooLarge(f"The limit has been exceeded on the number of allowed image tags: {MAX_TAGS}", limit=MAX_TAGS)
    if len(image.properties) > MAX_PROPERTIES:
        raise TooLarge(
            f"The limit has been exceeded on the number of allowed image properties: {MAX_PROPERTIES}",
            limit=MAX_PROPERTIES,
        )


def check_change(old: Image, new: Image) -> None:
    """Whether an image may become another value of itself.

    :raises Forbidden: its formats are changed after data came; or it would have members it must not have.
    """
    for field in ("disk_format", "container_format"):
        if getattr(old, field) != getattr(new, field) and old.status != ImageStatus.QUEUED:
            raise Forbidden(f"Attribute {field} can be only replaced for a queued image.", field=field)
    check_fields(new)


def check_upload(image: Image) -> None:
    """Whether data may be uploaded now.

    :raises Conflict: it is not queued: data are there, or on their way.
    :raises Invalid: its formats are not set.
    """
    _require(image, ImageStatus.QUEUED, "saving")
    check_formats(image)


def check_stage(image: Image) -> None:
    """Whether data may be staged now. :raises Conflict: it is not queued."""
    _require(image, ImageStatus.QUEUED, "uploading")


def check_import(image: Image, method: str) -> None:
    """Whether data may be imported now.

    :raises Conflict: nothing is staged for glance-direct, or data are there, or on their way.
    :raises Invalid: its formats are not set.
    """
    _require(image, ImageStatus.UPLOADING if method == GLANCE_DIRECT else ImageStatus.QUEUED, "importing")
    check_formats(image)


def _require(image: Image, status: ImageStatus, wanted: str) -> None:
    if image.status != status:
        raise Conflict(
            f"Image status transition from {image.status.value} to {wanted} is not allowed", state=image.status.value
        )


def check_formats(image: Image) -> None:
    """:raises Invalid: its formats are not set."""
    missing = [name for name in ("disk_format", "container_format") if not getattr(image, name)]
    if missing:
        raise Invalid(f"Properties {', '.join(missing)} must be set prior to saving data.", field=missing[0])


def check_delete(image: Image) -> None:
    """:raises Forbidden: it is protected."""
    if image.protected:
        raise Forbidden(f"Image {image.id} is protected and cannot be deleted.", image_id=image.id)


def check_active(image: Image, verb: str) -> None:
    """:raises Forbidden: it has no data that could be withheld or given again."""
    if image.status not in (ImageStatus.ACTIVE, ImageStatus.DEACTIVATED):
        raise Forbidden(f"Not allowed to {verb} image in status '{image.status.value}'", state=image.status.value)


def check_shared(image: Image) -> None:
    """:raises Forbidden: an image of this visibility has no members."""
    if image.visibility != Visibility.SHARED:
        raise Forbidden("Only shared images have members.", visibility=image.visibility.value)
