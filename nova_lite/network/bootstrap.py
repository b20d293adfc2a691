"""The networks that a new cloud begins with; made once."""

from __future__ import annotations

from msgspec import UNSET

from nova_lite.network.drafts import NewNetwork, NewSubnet
from nova_lite.network.service import Networking
from nova_lite.objects.base import Value
from nova_lite.objects.network import Query

PRIVATE, PUBLIC = "private", "public"


class Plan(Value, frozen=True, kw_only=True):
    """Whose the networks are, and their addresses (CIDR; empty: no such network)."""

    project_id: str
    private_cidr: str
    public_cidr: str
    dns_nameservers: tuple[str, ...] = ()


def bootstrap(networking: Networking, plan: Plan) -> tuple[str, ...]:
    """Make the default network, shared by all projects, and the external one; one line for each that is new."""
    changes = []
    private = NewNetwork(name=PRIVATE, description="The default network", shared=True, is_default=True)
    public = NewNetwork(name=PUBLIC, description="The way out", external=True)
    for draft, cidr in ((private, plan.private_cidr), (public, plan.public_cidr)):
        if cidr and not _is_there(networking, draft.name):
            network = networking.networks.create(plan.project_id, [draft])[0]
            networking.subnets.create(plan.project_id, [NewSubnet(
                name=f"{draft.name}-subnet", network_id=network.id, cidr=cidr, enable_dhcp=draft.shared,
                gateway_ip=UNSET, dns_nameservers=plan.dns_nameservers if draft.shared else (),
            )])
            changes.append(f"created network {draft.name}: {cidr}")
    return tuple(changes)


def _is_there(networking: Networking, name: str) -> bool:
    return bool(networking.networks.page(Query(where=(("name", (name,)),))))
