"""Who may do it; one noun per file."""

from __future__ import annotations

from nova_lite.api.identity.policies import (
    application_credentials,
    assignments,
    domains,
    endpoints,
    groups,
    projects,
    regions,
    roles,
    services,
    tokens,
    users,
)
from nova_lite.api.policy import Rule

RULES: tuple[Rule, ...] = (
    *tokens.RULES, *users.RULES, *groups.RULES, *projects.RULES, *domains.RULES, *roles.RULES, *assignments.RULES,
    *regions.RULES, *services.RULES, *endpoints.RULES, *application_credentials.RULES,
)
