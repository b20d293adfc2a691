"""ServerGroup: servers that are to share a host, or not to."""

from __future__ import annotations

import enum

from nova_lite.objects.base import Value


class GroupPolicy(enum.StrEnum):
    """What hosts the members of a group may have; the soft ones are wishes."""

    AFFINITY = "affinity"
    ANTI_AFFINITY = "anti-affinity"
    SOFT_AFFINITY = "soft-affinity"
    SOFT_ANTI_AFFINITY = "soft-anti-affinity"


class ServerGroup(Value, frozen=True, kw_only=True):
    """``max_per_host``: members that one host may have under anti-affinity. ``members``: uuids of live servers."""

    uuid: str
    project_id: str
    user_id: str
    name: str
    policy: GroupPolicy
    max_per_host: int = 1
    limited: bool = False
    members: tuple[str, ...] = ()
    created_at: float
