"""Dispatch: casts a queued operation to whoever carries it on, the scheduler or its host."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unavailable
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.operation import Operation
from nova_lite.rpc import secrets
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.scheduler import Scheduler

LOG = logging.getLogger(__name__)


def context_of(operation: Operation) -> RequestContext:
    """The context in which the operation was asked for, without the roles that asking needed."""
    return RequestContext(
        request_id=operation.request_id, user_id=operation.user_id, project_id=operation.project_id,
    )


class Dispatch:
    """The row is the truth and the cast only a nudge: one that cannot be sent is sent again by the reaper."""

    def __init__(self, scheduler: Scheduler, compute_at: Callable[[str], Compute]) -> None:
        self._scheduler, self._compute_at = scheduler, compute_at

    def send(self, context: RequestContext, grant: ClaimGrant, admin_pass: str | None = None) -> bool:
        """True when somebody took the message. ``admin_pass``: of a boot, if it is still known."""
        operation, instance = grant.operation, grant.instance
        try:
            place = self._scheduler.schedule_and_build
            cast = place if operation.host is None else self._compute_at(operation.host).run_operation
            secrets.tell(partial(cast, context, instance, operation), admin_pass, instance.uuid)
        except Unavailable as error:
            LOG.warning("%s of %s was not taken: %s", operation.action, instance.uuid, error,
                        extra={"request_id": context.request_id})
            return False
        return True
