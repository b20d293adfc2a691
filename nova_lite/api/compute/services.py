"""What the compute dialect's handlers work with."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComputeServices:
    """The collaborators of the compute handlers."""
