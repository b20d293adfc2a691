"""Limits and quota sets as the API shows them."""

from __future__ import annotations

import dataclasses

from nova_lite.api.compute.views.table import Field, at, render
from nova_lite.api.microversions import Microversion, v
from nova_lite.objects.quota import Quota, Usage


@dataclasses.dataclass(frozen=True)
class Ledger:
    """What a project may have and what it has."""

    quota: Quota
    usage: Usage
    server_groups: int = 0

    def in_use(self, resource: str) -> int:
        """How much of a resource is taken; 0 of what is counted by another owner than the project (key pairs)."""
        taken = {"instances": self.usage.instances, "cores": self.usage.cores, "ram": self.usage.ram,
                 "server_groups": self.server_groups}
        return taken.get(resource, 0)


def _limit(resource: str, since: str = "2.1", until: str = "9999.0") -> Field[Ledger, None]:
    return Field(resource, lambda ledger, _: int(getattr(ledger.quota, resource)), since, until)


def _fixed(resource: str, limit: int, until: str) -> Field[Ledger, None]:
    return Field(resource, lambda ledger, _: limit, until=until)


# Network items left in 2.36, injected files in 2.57: nobody counts them.
_QUOTAS: tuple[Field[Ledger, None], ...] = (
    _limit("cores"),
    _limit("instances"),
    _limit("key_pairs"),
    _limit("metadata_items"),
    _limit("ram"),
    _limit("server_groups"),
    _limit("server_group_members"),
    _limit("fixed_ips", until="2.35"),
    _limit("floating_ips", until="2.35"),
    _limit("security_groups", until="2.35"),
    _limit("security_group_rules", until="2.35"),
    _limit("injected_file_content_bytes", until="2.56"),
    _limit("injected_file_path_bytes", until="2.56"),
    _limit("injected_files", until="2.56"),
)

_LIMITS: tuple[Field[Ledger, None], ...] = (
    Field("maxTotalInstances", lambda x, _: x.quota.instances),
    Field("maxTotalCores", lambda x, _: x.quota.cores),
    Field("maxTotalRAMSize", lambda x, _: x.quota.ram),
    Field("maxTotalKeypairs", lambda x, _: x.quota.key_pairs),
    Field("maxServerMeta", lambda x, _: x.quota.metadata_items),
    Field("maxServerGroups", lambda x, _: x.quota.server_groups),
    Field("maxServerGroupMembers", lambda x, _: x.quota.server_group_members),
    Field("totalInstancesUsed", lambda x, _: x.usage.instances),
    Field("totalCoresUsed", lambda x, _: x.usage.cores),
    Field("totalRAMUsed", lambda x, _: x.usage.ram),
    Field("totalServerGroupsUsed", lambda x, _: x.server_groups),
    Field("maxSecurityGroupRules", lambda x, _: x.quota.security_group_rules, until="2.35"),
    Field("maxSecurityGroups", lambda x, _: x.quota.security_groups, until="2.35"),
    Field("maxTotalFloatingIps", lambda x, _: x.quota.floating_ips, until="2.35"),
    _fixed("totalFloatingIpsUsed", 0, "2.35"),
    _fixed("totalSecurityGroupsUsed", 0, "2.35"),
    _fixed("maxImageMeta", 128, "2.38"),
    Field("maxPersonality", lambda x, _: x.quota.injected_files, until="2.56"),
    Field("maxPersonalitySize", lambda x, _: x.quota.injected_file_content_bytes, until="2.56"),
)


def quota_set(ledger: Ledger, version: Microversion, project_id: str | None) -> dict[str, object]:
    """The limits of a project; its id is left out when ``project_id`` is None."""
    shown = render(at(_QUOTAS, version, frozenset()), ledger, None)
    return {"quota_set": shown if project_id is None else {"id": project_id, **shown}}


_SINCE_250 = ("server_groups", "server_group_members")


def quota_class(quota: Quota, version: Microversion) -> dict[str, object]:
    """The limits of a class. Here network items left, and server groups came, in 2.50."""
    ledger = Ledger(quota, Usage())
    if version >= v("2.50"):
        return render(at(_QUOTAS, version, frozenset()), ledger, None)
    shown = render(at(_QUOTAS, v("2.1"), frozenset()), ledger, None)
    return {key: limit for key, limit in shown.items() if key not in _SINCE_250}


def quota_detail(ledger: Ledger, version: Microversion, project_id: str) -> dict[str, object]:
    """The limits of a project with what is taken of them."""
    shown: dict[str, object] = {"id": project_id}
    for field in at(_QUOTAS, version, frozenset()):
        shown[field.key] = {"limit": field.value(ledger, None), "in_use": ledger.in_use(field.key), "reserved": 0}
    return {"quota_set": shown}


def limits(ledger: Ledger, version: Microversion) -> dict[str, object]:
    """Absolute limits; rate limits are a thing of the past."""
    return {"limits": {"rate": [], "absolute": render(at(_LIMITS, version, frozenset()), ledger, None)}}
