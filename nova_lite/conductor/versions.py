"""What everybody may speak: the lowest version of each interface that runs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nova_lite.objects.service import ServiceRecord
from nova_lite.rpc.envelope import SEALED
from nova_lite.rpc.levels import ENVELOPE

FORGOTTEN = 600.0  # seconds: what was sent to a service that is silent for so long has gone from its queue
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4})?")


def lowest(services: Iterable[ServiceRecord], now: float, envelope: int = SEALED) -> dict[str, dict[str, str]]:
    """By topic and interface (and ``envelope``), what every service there understands.

    ``topic.host`` has the envelope of a service that reads less than this one: who sends to another host need not
    care. A service counts until it is forced down, removed, or silent for longer than a message to it could
    wait: then it must say anew what it understands before it gets another. What is no version is not believed.
    """
    running = [one for one in services if not one.forced_down and now - one.last_seen_at <= FORGOTTEN]
    found: dict[str, dict[str, str]] = {}
    for service in running:
        known = found.setdefault(service.topic, {})
        for name, version in service.versions.items():
            if _VERSION.fullmatch(version):
                known[name] = min(known.get(name, version), version, key=_number)
        own = service.versions.get(ENVELOPE, "")
        if _VERSION.fullmatch(own) and _number(own) < (envelope,):
            found[f"{service.topic}.{service.host}"] = {ENVELOPE: own}
    return found


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
