"""Rules about the network proxies of old clients, and about the security groups of servers."""

from nova_lite.api.policy import MEMBER_OR_ADMIN, READER_OR_ADMIN, Rule

_N, _T, _F = "os_compute_api:os-networks:", "os_compute_api:os-tenant-networks:", "os_compute_api:os-floating-ips:"
_G, _S = "os_compute_api:os-security-groups:", "/servers/{server_id}"

NETWORKS_LIST, NETWORKS_SHOW = _N + "list", _N + "show"
TENANT_LIST, TENANT_SHOW = _T + "list", _T + "show"
POOLS = "os_compute_api:os-floating-ip-pools"
FLOATING_LIST, FLOATING_SHOW = _F + "list", _F + "show"
FLOATING_CREATE, FLOATING_DELETE = _F + "create", _F + "delete"
FIXED_ADD, FIXED_REMOVE = "os_compute_api:os-multinic:add", "os_compute_api:os-multinic:remove"
FLOATING_ADD, FLOATING_REMOVE = _F + "add", _F + "remove"
GROUPS_GET, GROUPS_SHOW, GROUPS_CREATE = _G + "get", _G + "show", _G + "create"
GROUPS_UPDATE, GROUPS_DELETE = _G + "update", _G + "delete"
RULE_CREATE, RULE_DELETE = _G + "rule:create", _G + "rule:delete"
GROUPS_LIST, GROUPS_ADD, GROUPS_REMOVE = _G + "list", _G + "add", _G + "remove"

_FLOATING, _GROUP = "/os-floating-ips/{floating_ip_id}", "/os-security-groups/{security_group_id}"

RULES = (
    Rule(NETWORKS_LIST, READER_OR_ADMIN, "List networks.", ("GET /os-networks",)),
    Rule(NETWORKS_SHOW, READER_OR_ADMIN, "Show a network.", ("GET /os-networks/{network_id}",)),
    Rule(TENANT_LIST, READER_OR_ADMIN, "List a project's networks.", ("GET /os-tenant-networks",)),
    Rule(TENANT_SHOW, READER_OR_ADMIN, "Show a project's network.", ("GET /os-tenant-networks/{network_id}",)),
    Rule(POOLS, READER_OR_ADMIN, "List the networks that floating addresses come from.",
         ("GET /os-floating-ip-pools",)),
    Rule(FLOATING_LIST, READER_OR_ADMIN, "List floating addresses.", ("GET /os-floating-ips",)),
    Rule(FLOATING_SHOW, READER_OR_ADMIN, "Show a floating address.", (f"GET {_FLOATING}",)),
    Rule(FLOATING_CREATE, MEMBER_OR_ADMIN, "Take a floating address.", ("POST /os-floating-ips",)),
    Rule(FLOATING_DELETE, MEMBER_OR_ADMIN, "Give a floating address back.", (f"DELETE {_FLOATING}",)),
    Rule(FIXED_ADD, MEMBER_OR_ADMIN, "Give a server's port one more address.", (f"POST {_S}/action (addFixedIp)",)),
    Rule(FIXED_REMOVE, MEMBER_OR_ADMIN, "Take one from it.", (f"POST {_S}/action (removeFixedIp)",)),
    Rule(FLOATING_ADD, MEMBER_OR_ADMIN, "Lead a floating address to a server.", (f"POST {_S}/action (addFloatingIp)",)),
    Rule(FLOATING_REMOVE, MEMBER_OR_ADMIN, "Take it from the server.", (f"POST {_S}/action (removeFloatingIp)",)),
    Rule(GROUPS_GET, READER_OR_ADMIN, "List security groups.", ("GET /os-security-groups",)),
    Rule(GROUPS_SHOW, READER_OR_ADMIN, "Show a security group.", (f"GET {_GROUP}",)),
    Rule(GROUPS_CREATE, MEMBER_OR_ADMIN, "Create a security group.", ("POST /os-security-groups",)),
    Rule(GROUPS_UPDATE, MEMBER_OR_ADMIN, "Change a security group.", (f"PUT {_GROUP}",)),
    Rule(GROUPS_DELETE, MEMBER_OR_ADMIN, "Delete a security group.", (f"DELETE {_GROUP}",)),
    Rule(RULE_CREATE, MEMBER_OR_ADMIN, "Create a rule of a security group.", ("POST /os-security-group-rules",)),
    Rule(RULE_DELETE, MEMBER_OR_ADMIN, "Delete a rule.", ("DELETE /os-security-group-rules/{rule_id}",)),
    Rule(GROUPS_LIST, READER_OR_ADMIN, "List a server's security groups.", (f"GET {_S}/os-security-groups",)),
    Rule(GROUPS_ADD, MEMBER_OR_ADMIN, "Add a security group to a server.", (f"POST {_S}/action (addSecurityGroup)",)),
    Rule(GROUPS_REMOVE, MEMBER_OR_ADMIN, "Take one from it.", (f"POST {_S}/action (removeSecurityGroup)",)),
)
