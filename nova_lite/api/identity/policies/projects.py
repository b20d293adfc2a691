"""Who may do what with projects."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import crud
from nova_lite.api.policy import ADMIN_OR_OWNER

RULES = crud("project", "projects", show=ADMIN_OR_OWNER)
