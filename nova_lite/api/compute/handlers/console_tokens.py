"""What tokens of consoles open, for proxies and administrators."""

from __future__ import annotations

from nova_lite.api.compute.handlers.lookup import HOST_PATIENCE
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import DeadlineExceeded, Invalid, NotFound, Unavailable
from nova_lite.db.reads import instances as reads
from nova_lite.objects.console import ConsoleAddress, instance_of


def show(request: Request[ComputeServices]) -> Json:
    """Ask the host of the token's instance; the token stays good."""
    if request.version < v("2.31"):
        raise Invalid("Only tokens of RDP consoles were looked up before 2.31, and there are no such consoles.",
                      field="token")
    found = _found(request, request.path["token"])
    shown = {"instance_uuid": found.instance_uuid, "host": found.host, "port": found.port,
             "internal_access_path": found.path}
    if request.version >= v("2.99"):
        shown["tls_port"] = None  # that of SPICE, which no guest here has
    return {"console": shown}


def _found(request: Request[ComputeServices], token: str) -> ConsoleAddress:
    uuid = instance_of(token)
    try:
        if uuid is None:
            raise NotFound("no token")
        with request.services.database.read() as tx:
            host = reads.get(tx, uuid, None).host
        if host is None:
            raise NotFound("no host", instance=uuid)
        context = request.context.until(request.services.clock.now() + HOST_PATIENCE)
        return request.services.compute_at(host).console_address(context, token)
    except NotFound:
        raise NotFound("The token is not known, was used or has expired.") from None
    except (Unavailable, DeadlineExceeded) as error:
        raise Unavailable(f"The host of instance {uuid} does not answer now.", instance=uuid) from error
