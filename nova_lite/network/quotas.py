"""How much of what a project may have."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from nova_lite.network.errors import OverQuota
from nova_lite.network.store import NetworkStore, Records
from nova_lite.objects.network import (
    FloatingIp,
    Network,
    NetworkQuota,
    Port,
    Record,
    Router,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    SubnetPool,
)

KINDS: Mapping[str, type[Record]] = {
    "network": Network, "subnet": Subnet, "port": Port, "router": Router, "floatingip": FloatingIp,
    "security_group": SecurityGroup, "security_group_rule": SecurityGroupRule, "subnetpool": SubnetPool,
}
RESOURCES = NetworkQuota.__struct_fields__


def claim(records: Records, resource: str, kind: type[Record], project_id: str, number: int) -> None:
    """Make sure that a project may have so many more; nobody else gets in between before the transaction ends.

    :raises OverQuota: it may not.
    """
    if not project_id:
        return
    records.take_turn(project_id)
    limit, used = records.room(kind, resource, project_id)
    if 0 <= limit < used + number:
        raise OverQuota(
            f"Quota exceeded for resources: ['{resource}'].", resource=resource, limit=limit, type="OverQuota",
        )


class Quotas:
    """Limits, and what is used of them, as administrators see and set them."""

    def __init__(self, store: NetworkStore, configured: NetworkQuota) -> None:
        self._store, self.configured = store, configured

    def show(self, project_id: str) -> NetworkQuota:
        return self._store.read(lambda records: records.quota(project_id))

    def used(self, project_id: str) -> dict[str, int]:
        """How many records of each kind a project has."""
        return self._store.read(
            lambda records: {name: records.total(kind, project_id) for name, kind in KINDS.items()}
        )

    def every(self) -> dict[str, NetworkQuota]:
        """The limits of projects that have their own."""
        return self._store.read(lambda records: {owner: records.quota(owner) for owner in records.quota_owners()})

    def update(self, project_id: str, limits: Mapping[str, int]) -> NetworkQuota:
        def run(records: Records) -> NetworkQuota:
            records.set_quota(project_id, limits)
            return records.quota(project_id)

        return self._store.transact(run)

    def reset(self, project_id: str) -> None:
        self._store.transact(lambda records: records.clear_quota(project_id))


def as_dict(quota: NetworkQuota) -> dict[str, int]:
    """Limits by name."""
    return {name: int(limit) for name, limit in structs.asdict(quota).items()}
