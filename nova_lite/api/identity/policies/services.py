"""Who may do what with services of the catalog."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import crud

RULES = crud("service", "services")
