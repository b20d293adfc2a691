"""The addresses of servers' consoles."""

from __future__ import annotations

from nova_lite.api.compute.handlers.lookup import HOST_PATIENCE, server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, DeadlineExceeded, Invalid, NotFound, Unavailable, Unsupported
from nova_lite.virt.capabilities import ConsoleKind

KINDS: dict[tuple[str, str], ConsoleKind] = {("vnc", "novnc"): "vnc", ("serial", "serial"): "serial"}
PROTOCOLS = {"os-getVNCConsole": "vnc", "os-getSPICEConsole": "spice", "os-getRDPConsole": "rdp",
             "os-getSerialConsole": "serial"}


def create(request: Request[ComputeServices]) -> Json:
    """By protocol and type, from 2.6 on."""
    asked = request.member("remote_console")
    protocol, kind = str(asked["protocol"]), str(asked["type"])
    return {"remote_console": {"protocol": protocol, "type": kind, "url": _url(request, protocol, kind)}}


def old(request: Request[ComputeServices]) -> Json:
    """An action for each protocol."""
    (action,) = request.body
    kind = str(request.member(action)["type"])
    return {"console": {"type": kind, "url": _url(request, PROTOCOLS[action], kind)}}


def _url(request: Request[ComputeServices], protocol: str, kind: str) -> str:
    server = server_of(request)
    wanted = KINDS.get((protocol, kind))
    if wanted is None:
        raise Invalid(f"Unavailable console type {kind}.", instance=server.uuid)
    if server.host is None:
        raise Conflict(f"Instance {server.uuid} is not ready", instance=server.uuid)
    context = request.context.until(request.services.clock.now() + HOST_PATIENCE)
    try:
        return request.services.compute_at(server.host).console_access(context, server.uuid, wanted)
    except (NotFound, Conflict):
        raise Conflict(f"Instance {server.uuid} is not ready", instance=server.uuid) from None
    except Unsupported:
        raise Invalid(f"Unavailable console type {kind}: the host of the server serves no consoles.",
                      instance=server.uuid) from None
    except (Unavailable, DeadlineExceeded) as error:
        raise Unavailable(f"The host of instance {server.uuid} does not answer now.", instance=server.uuid) from error
