"""Subnet pools as the API shows them."""

from __future__ import annotations

from nova_lite.api.network.views.record import base
from nova_lite.objects.network import SubnetPool


def show(pool: SubnetPool) -> dict[str, object]:
    return base(pool) | {
        "ip_version": pool.ip_version, "prefixes": list(pool.prefixes),
        "default_prefixlen": str(pool.default_prefixlen), "min_prefixlen": str(pool.min_prefixlen),
        "max_prefixlen": str(pool.max_prefixlen), "default_quota": pool.default_quota, "shared": pool.shared,
        "is_default": pool.is_default, "address_scope_id": None,
    }
