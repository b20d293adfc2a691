"""Who may do what with endpoints of the catalog."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import crud

RULES = crud("endpoint", "endpoints")
