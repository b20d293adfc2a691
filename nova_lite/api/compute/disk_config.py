"""OS-DCF:diskConfig: who makes the guest's file system as large as its disk, the cloud (AUTO) or nobody (MANUAL)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from nova_lite.core.errors import Invalid
from nova_lite.objects.image import ImageMeta

DiskConfig = Literal["AUTO", "MANUAL"]
KEY = "OS-DCF:diskConfig"
_PROPERTY = "auto_disk_config"


def of_new(body: Mapping[str, object], image: ImageMeta | None) -> DiskConfig:
    """What a new server has: as the body says, otherwise as its image does. Raises as :func:`asked` does."""
    if KEY in body:
        return asked(body, image)
    wanted = image is not None and image.properties.get(_PROPERTY, "").strip().lower() in ("true", "1", "yes", "on")
    return "AUTO" if wanted else "MANUAL"


def asked(body: Mapping[str, object], image: ImageMeta | None) -> DiskConfig:
    """What the body, which has the key, asks for. :raises Invalid: the image forbids it."""
    automatic = body[KEY] == "AUTO"
    if automatic and image is not None and image.properties.get(_PROPERTY, "").strip().lower() == "disabled":
        raise Invalid(f"Requested image {image.id} has automatic disk resize disabled.", field=KEY)
    return "AUTO" if automatic else "MANUAL"
