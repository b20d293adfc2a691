"""Who may do what with application credentials and their access rules. No admin makes them for others."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import ADMIN_OR_SELF, OWNER
from nova_lite.api.policy import Rule

_MANY = "/v3/users/{user_id}/application_credentials"
_ONE = f"{_MANY}/{{application_credential_id}}"
_RULES = "/v3/users/{user_id}/access_rules"
_RULE = f"{_RULES}/{{access_rule_id}}"

RULES = (
    Rule("identity:list_application_credentials", ADMIN_OR_SELF, "List a user's credentials.", (f"GET {_MANY}",)),
    Rule("identity:get_application_credential", ADMIN_OR_SELF, "Show a credential.", (f"GET {_ONE}",)),
    Rule("identity:create_application_credential", OWNER, "Create a credential.", (f"POST {_MANY}",)),
    Rule("identity:delete_application_credential", ADMIN_OR_SELF, "Delete a credential.", (f"DELETE {_ONE}",)),
    Rule("identity:list_access_rules", ADMIN_OR_SELF, "List a user's access rules.", (f"GET {_RULES}",)),
    Rule("identity:get_access_rule", ADMIN_OR_SELF, "Show an access rule.", (f"GET {_RULE}",)),
    Rule("identity:delete_access_rule", ADMIN_OR_SELF, "Delete an access rule that is not in use.",
         (f"DELETE {_RULE}",)),
)
