"""Who may do what with tokens. The target's user_id is that of the token asked about."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import ADMIN_OR_SELF
from nova_lite.api.policy import SERVICE, Rule

RULES = (
    Rule("identity:validate_token", f"{ADMIN_OR_SELF} or {SERVICE}", "Show what a token states.",
         ("GET /v3/auth/tokens",)),
    Rule("identity:check_token", f"{ADMIN_OR_SELF} or {SERVICE}", "Ask whether a token is valid.",
         ("HEAD /v3/auth/tokens",)),
    Rule("identity:revoke_token", ADMIN_OR_SELF, "Revoke a token.", ("DELETE /v3/auth/tokens",)),
)
