"""ImageMeta: what compute needs to know of an image in order to boot from it."""

from __future__ import annotations

from nova_lite.objects.base import Value


class ImageMeta(Value, frozen=True, kw_only=True):
    """Sizes: ``size`` in bytes, ``min_ram`` in MiB, ``min_disk`` in GiB. ``hash_value`` is hex of ``hash_algo``."""

    id: str
    name: str = ""
    status: str = "active"
    disk_format: str = "qcow2"
    container_format: str = "bare"
    size: int = 0
    virtual_size: int | None = None
    hash_algo: str = ""
    hash_value: str = ""
    min_disk: int = 0
    min_ram: int = 0
    properties: dict[str, str] = {}
