"""How an application credential and its access rules look. Its secret is shown once, by the answer that creates it."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.identity.views.links import self_link
from nova_lite.core.clock import isoformat_micro
from nova_lite.objects.identity import AccessRule, ApplicationCredential, Role


def show(
    base_url: str, credential: ApplicationCredential, roles: Sequence[Role], rules: Sequence[AccessRule]
) -> dict[str, object]:
    expires_at = None if credential.expires_at is None else isoformat_micro(credential.expires_at)
    limits = {} if credential.access_rule_ids is None else {"access_rules": [rule(each) for each in rules]}
    return {
        "id": credential.id, "name": credential.name, "description": credential.description or None,
        "project_id": credential.project_id, "user_id": credential.user_id, "unrestricted": credential.unrestricted,
        "expires_at": expires_at, "system": None,
        "roles": [_role(role) for role in roles],
        "links": self_link(base_url, f"users/{credential.user_id}/application_credentials", credential.id),
        **limits,
    }


def _role(role: Role) -> dict[str, object]:
    return {"id": role.id, "name": role.name, "domain_id": role.domain_id, "description": role.description,
            "options": role.extra.get("options", {})}


def in_token(credential: ApplicationCredential, rules: Sequence[AccessRule]) -> dict[str, object]:
    """What the tokens of a credential tell of it."""
    limits = {} if credential.access_rule_ids is None else {"access_rules": [rule(each) for each in rules]}
    return {"id": credential.id, "name": credential.name, "restricted": not credential.unrestricted, **limits}


def rule(rule: AccessRule) -> dict[str, object]:
    """An access rule within a credential; alone it has its ``links`` besides."""
    return {"id": rule.id, "service": rule.service, "path": rule.path, "method": rule.method}
