"""Rules of the compute dialect, with Nova's names and secure-RBAC defaults; a noun per file."""

from nova_lite.api.compute.policies import (
    accounting,
    flavors,
    groups,
    hosts,
    instance_actions,
    key_pairs,
    limits,
    networks,
    not_offered,
    server_actions,
    server_interfaces,
    servers,
    services,
)

RULES = (
    *servers.RULES, *server_actions.RULES, *instance_actions.RULES, *flavors.RULES, *key_pairs.RULES, *limits.RULES,
    *server_interfaces.RULES, *services.RULES, *hosts.RULES, *accounting.RULES, *groups.RULES, *networks.RULES,
    *not_offered.RULES,
)
