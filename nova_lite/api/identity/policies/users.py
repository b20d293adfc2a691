"""Who may do what with users."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import ADMIN_OR_SELF, crud
from nova_lite.api.policy import Rule

RULES = (
    *crud("user", "users", show=ADMIN_OR_SELF),
    Rule("identity:list_user_projects", ADMIN_OR_SELF, "List the projects in which a user has a role.",
         ("GET /v3/users/{user_id}/projects",)),
    Rule("identity:list_groups_for_user", ADMIN_OR_SELF, "List the groups of a user.",
         ("GET /v3/users/{user_id}/groups",)),
)
