"""Who may do what with roles and their implications."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import crud
from nova_lite.api.policy import ADMIN, Rule

_RULE = "/v3/roles/{role_id}/implies/{implied_id}"

RULES = (
    *crud("role", "roles"),
    Rule("identity:list_implied_roles", ADMIN, "List what a role implies.", ("GET /v3/roles/{role_id}/implies",)),
    Rule("identity:get_implied_role", ADMIN, "Show that a role implies another.", (f"GET {_RULE}",)),
    Rule("identity:check_implied_role", ADMIN, "Ask whether a role implies another.", (f"HEAD {_RULE}",)),
    Rule("identity:create_implied_role", ADMIN, "Make a role imply another.", (f"PUT {_RULE}",)),
    Rule("identity:delete_implied_role", ADMIN, "Make a role imply another no more.", (f"DELETE {_RULE}",)),
    Rule("identity:list_role_inference_rules", ADMIN, "List all implications.", ("GET /v3/role_inferences",)),
)
