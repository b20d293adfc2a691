"""changePassword: the one action whose end the client waits for, because nobody keeps what it is about."""

from __future__ import annotations

import logging

from nova_lite.api.compute.handlers.lookup import HOST_PATIENCE, may_override_lock, server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Request
from nova_lite.core.errors import Conflict, DeadlineExceeded, NotFound, NovaLiteError, Unavailable
from nova_lite.objects.operation import ChangePassword
from nova_lite.rpc.errors import CannotSend

LOG = logging.getLogger(__name__)



def change_password(request: Request[ComputeServices]) -> None:
    """Give the administrator inside the guest a password; it has it when this returns."""
    server, services = server_of(request), request.services
    grant = services.lifecycle.accept(
        request.context, server, ChangePassword(), override_lock=may_override_lock(request, server)
    )
    operation, context = grant.operation, request.context.until(services.clock.now() + HOST_PATIENCE)
    password = str(request.member("changePassword")["adminPass"])
    try:
        services.compute_at(operation.host or "").set_admin_password(context, operation, password)
    except NovaLiteError as error:
        # Where the host has begun, it ends what it has begun; otherwise nobody is to wait for it.
        services.lifecycle.call_off(operation, "The host of the instance did not take it up: nothing was done.")
        told = _told(server.uuid, error)
        if told is None:
            raise
        raise told from error


def _told(uuid: str, error: NovaLiteError) -> NovaLiteError | None:
    """What the client is told instead; None: the error itself."""
    if isinstance(error, NotFound):
        return Conflict(f"Failed to set admin password on {uuid} because there is no guest", instance=uuid)
    if isinstance(error, Unavailable | DeadlineExceeded | CannotSend):
        LOG.warning("the password of %s may not be set: %s", uuid, error)
        return Unavailable(f"The host of instance {uuid} does not answer now: whether its password was set, its "
                           "actions will tell.", instance=uuid)
    return None
