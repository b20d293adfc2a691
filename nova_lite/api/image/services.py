"""What the image dialect's handlers work with."""

from __future__ import annotations

import dataclasses

from nova_lite.core.clock import Clock
from nova_lite.image.catalog import ImageCatalog
from nova_lite.image.data import ImageData
from nova_lite.image.imports import ImageImports
from nova_lite.image.members import ImageMembers


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageServices:
    """The collaborators of the image handlers."""

    catalog: ImageCatalog
    data: ImageData
    members: ImageMembers
    imports: ImageImports
    clock: Clock
