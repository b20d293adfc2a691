"""Who may do what with regions of the catalog."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import crud
from nova_lite.api.policy import ANYONE, Rule

# Regions are no secret: everybody with a token finds them in its catalog.
_OPEN = ("identity:list_regions", "identity:get_region")

RULES = tuple(
    Rule(rule.name, ANYONE, rule.description, rule.operations) if rule.name in _OPEN else rule
    for rule in crud("region", "regions")
)
