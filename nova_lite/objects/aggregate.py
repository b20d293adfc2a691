"""Aggregate: hosts that belong together, with metadata; one with a zone puts its hosts there."""

from __future__ import annotations

from nova_lite.objects.base import Value

ZONE = "availability_zone"  # the item of the metadata that makes an aggregate a zone
DEFAULT_ZONE = "nova"


class Aggregate(Value, frozen=True, kw_only=True):
    """``hosts`` in the order in which they were added. ``metadata`` has the zone under :data:`ZONE`."""

    id: int = 0
    uuid: str
    name: str
    hosts: tuple[str, ...] = ()
    metadata: dict[str, str] = {}
    created_at: float
    updated_at: float | None = None

    @property
    def availability_zone(self) -> str | None:
        return self.metadata.get(ZONE)
