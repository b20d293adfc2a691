"""The flat document of an image and the record behind it: which name is which, and which a client may set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from nova_lite.api.image.schemas.images import READ_ONLY, WRITABLE
from nova_lite.core.errors import Forbidden
from nova_lite.objects.image import Image, Visibility

_RESERVED = frozenset({"deleted", "deleted_at", "is_public", "direct_url", "stores"})
_RESERVED_PREFIX = "os_glance_"  # of properties that the service keeps for itself
_RECORD_NAMES = {"os_hidden": "hidden"}


def refuse_protected_names(names: set[str]) -> None:
    """:raises Forbidden: one of the names is not the client's to set."""
    for name in sorted(names):
        if name in READ_ONLY:
            raise Forbidden(f"Attribute '{name}' is read-only.", field=name)
        if name in _RESERVED or name.startswith(_RESERVED_PREFIX):
            raise Forbidden(f"Attribute '{name}' is reserved.", field=name)
        if name in ("location", "locations"):
            raise Forbidden("It's not allowed to set locations if locations are invisible.", field=name)


def writable(image: Image) -> dict[str, object]:
    """What a client may set of an image, as it stands in the document."""
    return {
        **image.properties,
        "id": image.id,
        "name": image.name,
        "owner": image.owner,
        "visibility": image.visibility.value,
        "protected": image.protected,
        "os_hidden": image.hidden,
        "tags": list(image.tags),
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "min_ram": image.min_ram,
        "min_disk": image.min_disk,
    }


def merged(image: Image, document: Mapping[str, object]) -> Image:
    """The image with what a checked document sets; its custom properties are exactly those of the document."""
    values: dict[str, Any] = {
        _RECORD_NAMES.get(name, name): value for name, value in document.items() if name in WRITABLE
    }
    if "visibility" in values:
        values["visibility"] = Visibility(values["visibility"])
    if "tags" in values:
        values["tags"] = tuple(sorted(set(values["tags"])))
    values["properties"] = {
        name: str(value) for name, value in document.items() if name not in WRITABLE and value is not None
    }
    return replace(image, **values)
