"""Who may do what with groups."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import crud
from nova_lite.api.policy import ADMIN, Rule

_MEMBER = "/v3/groups/{group_id}/users/{user_id}"

RULES = (
    *crud("group", "groups"),
    Rule("identity:list_users_in_group", ADMIN, "List the members of a group.", ("GET /v3/groups/{group_id}/users",)),
    Rule("identity:add_user_to_group", ADMIN, "Put a user into a group.", (f"PUT {_MEMBER}",)),
    Rule("identity:remove_user_from_group", ADMIN, "Take a user out of a group.", (f"DELETE {_MEMBER}",)),
    Rule("identity:check_user_in_group", ADMIN, "Ask whether a user is in a group.",
         (f"GET {_MEMBER}", f"HEAD {_MEMBER}")),
)
