"""What the network dialect's handlers work with."""

from __future__ import annotations

import dataclasses
from typing import Protocol

from nova_lite.api.request import Request
from nova_lite.core.context import RequestContext
from nova_lite.network.service import Networking


class ServerPortWatch(Protocol):
    """Who wants to know what becomes of the ports of servers. It is told after the fact."""

    def changed(self, context: RequestContext, server_uuid: str, port_id: str) -> None:
        """A port of the server has been changed."""
        ...

    def gone(self, context: RequestContext, server_uuid: str, port_id: str) -> None:
        """A port of the server has been deleted, or taken from it."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkServices:
    """The collaborators of the network handlers; ``page_size`` the items that one answer holds at most.

    ``vif_type`` is Neutron's word for how hosts plug in: bridge, or other.
    """

    networking: Networking
    vif_type: str = "other"
    watch: ServerPortWatch | None = None
    page_size: int = 1000


NetworkRequest = Request[NetworkServices]


def viewer(request: NetworkRequest) -> str | None:
    """What the caller may see: its project's, or everything (None)."""
    return None if request.context.is_admin else request.context.project_id
