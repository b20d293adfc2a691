"""Subnet pools."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.network.collection import Collection
from nova_lite.api.network.listing import common
from nova_lite.api.network.services import NetworkRequest
from nova_lite.api.network.views import subnet_pools as views
from nova_lite.network.drafts import NewSubnetPool, SubnetPoolChange
from nova_lite.objects.network import SubnetPool


def view(request: NetworkRequest, pools: Sequence[SubnetPool]) -> list[dict[str, object]]:
    return [views.show(pool) for pool in pools]


COLLECTION = Collection(
    name="subnetpool", plural="subnetpools", path="subnetpools", nouns=lambda networking: networking.subnet_pools,
    draft=NewSubnetPool, change=SubnetPoolChange, view=view,
    filters=common(
        flags=("shared", "is_default"), numbers=("ip_version", "default_prefixlen", "min_prefixlen", "max_prefixlen")
    ),
    privileged={"shared": False, "is_default": False},
)
