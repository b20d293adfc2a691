"""Rules of ports."""

from __future__ import annotations

from nova_lite.api.network.policies.nouns import noun
from nova_lite.api.policy import ADMIN, MEMBER_OR_ADMIN, Rule

# Held against the project of the port's network, not of the port.
OWNER_ONLY = "create_port:on_shared_network"

RULES = (
    *noun("port", "ports"),
    Rule(OWNER_ONLY, MEMBER_OR_ADMIN, "Make a port that is no machine's, or unguarded, on a shared network."),
    *(
        Rule(f"{verb}_port:{attribute}", MEMBER_OR_ADMIN, f"Choose the {attribute} of a port: the network's owner.")
        for verb in ("create", "update") for attribute in ("fixed_ips", "mac_address")
    ),
    *(
        Rule(f"{verb}_port:binding:{attribute}", ADMIN, f"Say the {attribute} of a port's binding.")
        for verb in ("create", "update") for attribute in ("host_id", "profile")
    ),
)
