"""Who may do what with networks: rules as data."""

from __future__ import annotations

from nova_lite.api.network.policies import ports
from nova_lite.api.network.policies.nouns import noun
from nova_lite.api.policy import ADMIN, READER_OR_ADMIN, Rule

_GATEWAY = "external_gateway_info"

RULES: tuple[Rule, ...] = (
    *noun(
        "network", "networks", "shared", "router:external", "is_default", "provider:network_type",
        "provider:physical_network", "provider:segmentation_id",
    ),
    *noun("subnet", "subnets"),
    *ports.RULES,
    *noun("router", "routers", "distributed", "ha", f"{_GATEWAY}:enable_snat", f"{_GATEWAY}:external_fixed_ips"),
    Rule("add_router_interface", "rule:update_router", "Join a router to a subnet.",
         ("PUT /v2.0/routers/{id}/add_router_interface",)),
    Rule("remove_router_interface", "rule:update_router", "Part a router from a subnet.",
         ("PUT /v2.0/routers/{id}/remove_router_interface",)),
    Rule("add_extraroutes", "rule:update_router", "Give a router more routes.",
         ("PUT /v2.0/routers/{id}/add_extraroutes",)),
    Rule("remove_extraroutes", "rule:update_router", "Take routes from a router.",
         ("PUT /v2.0/routers/{id}/remove_extraroutes",)),
    *noun("security_group", "security-groups"),
    *noun("security_group_rule", "security-group-rules"),
    *noun("floatingip", "floatingips", "floating_ip_address"),
    *noun("subnetpool", "subnetpools", "shared", "is_default"),
    Rule("get_quota", READER_OR_ADMIN, "See the limits of a project.", ("GET /v2.0/quotas/{project_id}",)),
    Rule("update_quota", ADMIN, "Set the limits of a project.", ("PUT /v2.0/quotas/{project_id}",)),
    Rule("delete_quota", ADMIN, "Give a project the default limits.", ("DELETE /v2.0/quotas/{project_id}",)),
)
