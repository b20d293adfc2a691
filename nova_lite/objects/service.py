"""ServiceRecord: a daemon as the registry of services knows it."""

from __future__ import annotations

from nova_lite.objects.base import Value


class ServiceRecord(Value, frozen=True, kw_only=True):
    """``binary`` is Nova's name (nova-compute …); up or down is derived from ``last_seen_at``.

    ``versions``: what it understands on the bus, the version of each interface and ``envelope``.
    """

    uuid: str
    id: int = 0
    host: str
    binary: str
    topic: str
    zone: str = "internal"
    enabled: bool = True
    disabled_reason: str | None = None
    forced_down: bool = False
    version: str = "1.0"
    versions: dict[str, str] = {}
    last_seen_at: float
    updated_at: float
