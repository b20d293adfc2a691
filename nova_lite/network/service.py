"""The whole network service: every noun, over one store."""

from __future__ import annotations

from nova_lite.core.clock import Clock
from nova_lite.network.floating_ips import FloatingIps
from nova_lite.network.networks import Networks
from nova_lite.network.ports import Ports
from nova_lite.network.quotas import Quotas
from nova_lite.network.routers import Routers
from nova_lite.network.security_groups import SecurityGroupRules, SecurityGroups
from nova_lite.network.store import NetworkStore
from nova_lite.network.subnet_pools import SubnetPools
from nova_lite.network.subnets import Subnets
from nova_lite.objects.network import NetworkQuota


class Networking:
    """The nouns, built once. ``configured`` are the limits of projects that have none of their own."""

    def __init__(self, store: NetworkStore, clock: Clock, configured: NetworkQuota) -> None:
        self.networks = Networks(store, clock)
        self.subnets = Subnets(store, clock)
        self.security_groups = SecurityGroups(store, clock)
        self.security_group_rules = SecurityGroupRules(store, clock)
        self.ports = Ports(store, clock, self.security_groups.default)
        self.routers = Routers(store, clock, self.ports)
        self.floating_ips = FloatingIps(store, clock, self.ports)
        self.subnet_pools = SubnetPools(store, clock)
        self.quotas = Quotas(store, configured)
