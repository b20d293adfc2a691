"""How an application credential looks. Its secret is shown once, by the answer that creates it."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.identity.views.links import self_link
from nova_lite.core.clock import isoformat_micro
from nova_lite.objects.identity import ApplicationCredential, Role


def show(base_url: str, credential: ApplicationCredential, roles: Sequence[Role]) -> dict[str, object]:
    expires_at = None if credential.expires_at is None else isoformat_micro(credential.expires_at)
    return {
        "id": credential.id, "name": credential.name, "description": credential.description or None,
        "project_id": credential.project_id, "user_id": credential.user_id, "unrestricted": credential.unrestricted,
        "expires_at": expires_at, "system": None,
        "roles": [{"id": role.id, "name": role.name, "domain_id": role.domain_id} for role in roles],
        "links": self_link(base_url, f"users/{credential.user_id}/application_credentials", credential.id),
    }
