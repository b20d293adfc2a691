"""Subnet pools."""

from __future__ import annotations

from msgspec import structs

from nova_lite.core.errors import Conflict, Invalid
from nova_lite.network import addresses
from nova_lite.network.drafts import NewSubnetPool, SubnetPoolChange, given
from nova_lite.network.registry import Registry, add
from nova_lite.network.store import Records
from nova_lite.objects.network import Subnet, SubnetPool


class SubnetPools(Registry[SubnetPool, NewSubnetPool, SubnetPoolChange]):
    """Subnet pools. One stays while a subnet was cut from it."""

    kind = SubnetPool
    resource = "subnetpool"

    def _make(self, records: Records, project_id: str, draft: NewSubnetPool) -> SubnetPool:
        blocks = [addresses.block(prefix, "prefixes") for prefix in draft.prefixes]
        if not blocks or len({block.version for block in blocks}) != 1:
            raise Invalid("Bad subnet pool request: prefixes must be of one IP version.", field="prefixes")
        bits = blocks[0].max_prefixlen
        least = draft.min_prefixlen if draft.min_prefixlen is not None else (8 if bits == 32 else 64)
        most = draft.max_prefixlen if draft.max_prefixlen is not None else bits
        usual = draft.default_prefixlen if draft.default_prefixlen is not None else least
        return add(records, _checked(self._made(self._base(project_id, draft) | {
            "ip_version": blocks[0].version, "prefixes": tuple(map(str, blocks)), "default_prefixlen": usual,
            "min_prefixlen": least, "max_prefixlen": most, "default_quota": draft.default_quota,
            "shared": draft.shared, "is_default": draft.is_default,
        })))

    def _merge(self, records: Records, before: SubnetPool, change: SubnetPoolChange) -> SubnetPool:
        after = structs.replace(before, **given(change))
        blocks = [addresses.block(prefix, "prefixes") for prefix in after.prefixes]
        kept = set(before.prefixes)
        if not kept <= {str(block) for block in blocks}:
            raise Invalid("Existing prefixes must be a subset of the new prefixes.", field="prefixes")
        return _checked(structs.replace(after, prefixes=tuple(map(str, blocks))))

    def _clear_away(self, records: Records, record: SubnetPool) -> None:
        if records.find(Subnet, subnetpool_id=record.id):
            raise Conflict(f"Unable to delete subnet pool: Subnet pool {record.id} has existing allocations.")


def _checked(pool: SubnetPool) -> SubnetPool:
    bits = 32 if pool.ip_version == 4 else 128
    if not 0 <= pool.min_prefixlen <= pool.default_prefixlen <= pool.max_prefixlen <= bits:
        raise Invalid(
            f"Illegal prefix lengths of the pool: {pool.min_prefixlen} <= {pool.default_prefixlen} <= "
            f"{pool.max_prefixlen} <= {bits} does not hold.", field="min_prefixlen",
        )
    return pool
