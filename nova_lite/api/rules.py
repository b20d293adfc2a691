"""The policy rules of all dialects."""

from __future__ import annotations

from nova_lite.api.compute.policies import RULES as COMPUTE
from nova_lite.api.identity.policies import RULES as IDENTITY
from nova_lite.api.image.policies import RULES as IMAGE
from nova_lite.api.network.policies import RULES as NETWORK

RULES = (*COMPUTE, *IDENTITY, *IMAGE, *NETWORK)
