"""Options of the network service."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """[network]"""

    plug: str = option(
        "user", "How guests are plugged in: into QEMU's user-mode network, which needs no privileges and no setup of "
        "the host, or into a bridge of the host.", choices=("user", "bridge"),
    )
    private_cidr: str = option(
        "10.1.0.0/20", "Addresses of the network 'private' that bootstrap makes for all projects. Empty: none is made."
    )
    public_cidr: str = option(
        "172.24.4.0/24", "Addresses of the external network 'public' that bootstrap makes. Empty: none is made."
    )
    dns_nameservers: str = option("", "Name servers of the network 'private', separated by commas.")
    quota_network: int = option(100, "Networks that a project may have; -1: no limit.", minimum=-1)
    quota_subnet: int = option(100, "Subnets that a project may have; -1: no limit.", minimum=-1)
    quota_port: int = option(500, "Ports that a project may have; -1: no limit.", minimum=-1)
    quota_router: int = option(10, "Routers that a project may have; -1: no limit.", minimum=-1)
    quota_floatingip: int = option(50, "Floating addresses that a project may have; -1: no limit.", minimum=-1)
    quota_security_group: int = option(10, "Security groups that a project may have; -1: no limit.", minimum=-1)
    quota_security_group_rule: int = option(100, "Rules that a project may have; -1: no limit.", minimum=-1)
