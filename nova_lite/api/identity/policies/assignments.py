"""Who may do what with assignments of roles."""

from __future__ import annotations

from nova_lite.api.policy import ADMIN, Rule

_GRANT = "/v3/{targets}/{target_id}/{actors}/{actor_id}/roles/{role_id}"

RULES = (
    Rule("identity:list_role_assignments", ADMIN, "List assignments.", ("GET /v3/role_assignments",)),
    Rule("identity:list_grants", ADMIN, "List the roles of one actor on one target.",
         ("GET /v3/{targets}/{target_id}/{actors}/{actor_id}/roles",)),
    Rule("identity:check_grant", ADMIN, "Ask whether a role is granted.", (f"GET {_GRANT}", f"HEAD {_GRANT}")),
    Rule("identity:create_grant", ADMIN, "Grant a role.", (f"PUT {_GRANT}",)),
    Rule("identity:revoke_grant", ADMIN, "Take a role away.", (f"DELETE {_GRANT}",)),
)
