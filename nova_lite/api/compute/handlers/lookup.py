"""Finding the server that a request is about."""

from __future__ import annotations

from nova_lite.api.compute.policies import server_actions as rules
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.policy import Target
from nova_lite.api.request import Request
from nova_lite.db.reads import instances as reads
from nova_lite.objects.instance import Instance

HOST_PATIENCE = 30.0  # seconds that a client waits for a host that does not answer


def scope(request: Request[ComputeServices]) -> str | None:
    """The project whose servers the caller may find; None for all."""
    return None if request.context.is_admin else request.context.project_id


def target(server: Instance) -> Target:
    """The server as policy rules see it."""
    return {"project_id": server.project_id, "user_id": server.user_id}


def server_of(request: Request[ComputeServices], *, deleted: bool = False) -> Instance:
    """The server named in the path, after the route's rule has admitted the caller to it.

    :raises NotFound: there is none for this caller; another project's server is not there.
    :raises Forbidden: the rule does not admit the caller.
    """
    with request.services.database.read() as tx:
        server = reads.get(tx, request.path["server_id"], scope(request), deleted=deleted)
    request.authorize(target(server))
    return server


def may_override_lock(request: Request[ComputeServices], server: Instance) -> bool:
    """Whether the caller may act on the server although somebody has locked it."""
    return request.allows(rules.UNLOCK_OVERRIDE, target(server))
