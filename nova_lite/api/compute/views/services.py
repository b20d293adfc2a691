"""Services as the API shows them."""

from __future__ import annotations

from nova_lite.api.compute.views.table import Field, at, render
from nova_lite.api.microversions import Microversion
from nova_lite.core.clock import isoformat_micro
from nova_lite.objects.service import ServiceRecord


def _state(service: ServiceRecord, seen_since: float) -> str:
    return "up" if not service.forced_down and service.last_seen_at >= seen_since else "down"


_FIELDS: tuple[Field[ServiceRecord, float], ...] = (
    Field("id", lambda s, _: s.id, until="2.52"),
    Field("id", lambda s, _: s.uuid, since="2.53"),
    Field("binary", lambda s, _: s.binary),
    Field("host", lambda s, _: s.host),
    Field("zone", lambda s, _: s.zone),
    Field("status", lambda s, _: "enabled" if s.enabled else "disabled"),
    Field("state", _state),
    Field("updated_at", lambda s, _: isoformat_micro(s.last_seen_at)),
    Field("disabled_reason", lambda s, _: s.disabled_reason or None),
    Field("forced_down", lambda s, _: s.forced_down, since="2.11"),
)


def show(service: ServiceRecord, now: float, down_after: float, version: Microversion) -> dict[str, object]:
    """One service; it is down when nothing was heard of it for ``down_after`` seconds."""
    return render(at(_FIELDS, version, frozenset()), service, now - down_after)


def changed(service: ServiceRecord, keys: tuple[str, ...]) -> dict[str, object]:
    """The answer to a change by host and binary, before 2.53: only what was asked about."""
    values: dict[str, object] = {
        "host": service.host, "binary": service.binary, "status": "enabled" if service.enabled else "disabled",
        "disabled_reason": service.disabled_reason, "forced_down": service.forced_down,
    }
    return {"service": {key: values[key] for key in keys}}
