"""Who may do what with domains. The target's user_id is the caller's when the domain is the caller's own."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import ADMIN_OR_SELF, crud

RULES = crud("domain", "domains", show=ADMIN_OR_SELF)
