"""The compute's word to the conductor: begun, past the point of no return, finished; each until it is heard."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from nova_lite.compute.job import Cancelled, Interrupted, Job
from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext, system_context
from nova_lite.core.errors import DeadlineExceeded, Unavailable
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.operation import Operation, OperationResult, Progress
from nova_lite.rpc import secrets
from nova_lite.rpc.errors import CallTimeout
from nova_lite.rpcapi.conductor import Conductor

LOG = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_FIRST, RETRY_LONGEST = 0.25, 5.0  # seconds between two attempts to be heard
BEGINNING = 20.0  # seconds for which a beginning is repeated; after its lease it is cast again anyway
PATIENCE = 600.0  # seconds past its deadline that a result is still offered


class Reporter:
    """Speaks for one host. ``clock``: an ordered one."""

    def __init__(self, host: str, conductor: Conductor, clock: Clock) -> None:
        self._host, self._conductor, self._clock = host, conductor, clock
        self._stop = concurrency.event()

    @property
    def stopping(self) -> bool:
        """True once the daemon ends: nothing more is begun, and nothing that was not heard is repeated."""
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()

    def begin(self, context: RequestContext, operation: Operation) -> ClaimGrant:
        """Own the operation; asks again for a while when no answer comes.

        It may have been begun all the same: then nobody else takes it up before its lease ends. The conductor grants it
        to the same host twice.

        :raises Superseded, DeadlineExceeded, NotFound: the conductor refuses.
        :raises Unavailable: nobody has answered. :raises Interrupted: the daemon ends first.
        """
        until = min(operation.deadline, self._clock.now() + BEGINNING)
        try:
            return self._insist(
                f"beginning of operation {operation.id}",
                lambda: self._conductor.operation_begin(context, operation.id, operation.epoch, self._host), until,
            )
        except CallTimeout as error:  # not the conductor's word that it is too late
            raise Unavailable(error.message, **error.details) from error

    def note(self, operation: Operation, step: str) -> None:
        """Have it on record that an operation has reached a step; asks again, until its deadline, while nobody answers.

        :raises Cancelled: it is not ours any more. :raises Unavailable: its deadline has passed.
        :raises Interrupted: the daemon ends first.
        """
        progress = {operation.id: Progress(epoch=operation.epoch, step=step, at=self._clock.now())}
        context = system_context(operation.request_id)
        what = f"step {step} of operation {operation.id}"
        lost = self._insist(
            what, lambda: self._conductor.renew_leases(context, self._host, progress), operation.deadline
        )
        if lost:
            raise Cancelled(f"{operation.action} of {operation.instance_uuid} is not this host's any more")

    def finish(self, job: Job, result: OperationResult) -> None:
        """Report the end of a job; tries again while no conductor answers.

        What was done cannot be thrown away because nobody listens just now. The conductor takes the same result
        twice, so that an answer that got lost does no harm.

        :raises Superseded: the operation is not this worker's any more.
        :raises Interrupted: the daemon ends first. The next start repeats the operation, whose steps are done already.
        """
        # The answer is wanted whatever the client's own deadline was.
        context = dataclasses.replace(job.context, deadline=None)
        send = partial(self._conductor.operation_finish, context, result)
        # A boot that another host may try takes its password along: nobody else has it any more.
        admin_pass = job.admin_pass if result.reschedule else None
        what = f"result of operation {result.operation_id}"
        try:
            self._insist(
                what, lambda: secrets.tell(send, admin_pass, job.instance.uuid), job.operation.deadline + PATIENCE
            )
        except (Unavailable, DeadlineExceeded) as error:
            LOG.error("%s was never heard: %s", what, error)

    def _insist(self, what: str, tell: Callable[[], T], until: float) -> T:
        delay = RETRY_FIRST
        while True:
            try:
                return tell()
            except (Unavailable, DeadlineExceeded) as error:
                if self._clock.now() > until:
                    raise
                LOG.warning("%s not heard, again in %.1f s: %s", what, delay, error)
            if self._stop.wait(delay):
                raise Interrupted(f"{what} was not heard before the daemon ended")
            delay = min(delay * 2, RETRY_LONGEST)
