"""What the identity dialect's handlers work with."""

from __future__ import annotations

import dataclasses

from nova_lite.identity import Identity


@dataclasses.dataclass(frozen=True, kw_only=True)
class IdentityServices:
    """The collaborators of the identity handlers."""

    identity: Identity
