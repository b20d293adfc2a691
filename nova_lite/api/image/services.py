"""What the image dialect's handlers work with."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageServices:
    """The collaborators of the image handlers."""
