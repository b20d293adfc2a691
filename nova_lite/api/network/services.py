"""What the network dialect's handlers work with."""

from __future__ import annotations

import dataclasses

from nova_lite.api.request import Request
from nova_lite.network.service import Networking


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkServices:
    """The collaborators of the network handlers; ``page_size`` the items that one answer holds at most."""

    networking: Networking
    page_size: int = 1000


NetworkRequest = Request[NetworkServices]


def viewer(request: NetworkRequest) -> str | None:
    """What the caller may see: its project's, or everything (None)."""
    return None if request.context.is_admin else request.context.project_id
