"""The scheduler's endpoint."""

from __future__ import annotations

import logging
from collections.abc import Callable

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound, Unavailable
from nova_lite.objects.claim import ClaimGrant, ClaimRequest, Decision
from nova_lite.objects.errors import NoCapacity, Superseded
from nova_lite.objects.host import HostState, is_nobody_heard
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.rpcapi.scheduler import Scheduler
from nova_lite.scheduler.filters.base import Moment
from nova_lite.scheduler.host_states import HostStates
from nova_lite.scheduler.pipeline import Pipeline, request_spec

LOG = logging.getLogger(__name__)

CLAIM_ROUNDS = 3  # claims tried, each on a fresher picture, before the request is refused
REPORTS_WITHIN = 20.0  # seconds in which one of many hosts that live has reported: two intervals
LOOK_EVERY = 0.2  # seconds


class SchedulerManager(Scheduler):
    """Implements :class:`nova_lite.rpcapi.scheduler.Scheduler`."""

    def __init__(
        self, pipeline: Pipeline, host_states: HostStates, conductor: Conductor,
        compute_at: Callable[[str], Compute], clock: Clock, down_after: float,
    ) -> None:
        self._pipeline, self._hosts, self._conductor = pipeline, host_states, conductor
        self._compute_at, self._clock, self._down_after = compute_at, clock, down_after

    def schedule_and_build(
        self, context: RequestContext, instance: Instance, operation: Operation, admin_pass: str | None = None
    ) -> None:
        """Choose, claim, cast. The claim is the conductor's, so that any number of schedulers may run."""
        try:
            grant = self._place(context, instance, operation)
        except (Superseded, NotFound) as error:
            LOG.info("boot of %s is no longer ours to place: %s", instance.uuid, error)
            return
        if grant is not None:
            self._send(context, grant, admin_pass)

    def host_changed(self, context: RequestContext, state: HostState) -> None:
        self._hosts.update(state)

    def _place(self, context: RequestContext, instance: Instance, operation: Operation) -> ClaimGrant | None:
        decision = Decision(hosts=0, summary="no decision was made")
        for _ in range(CLAIM_ROUNDS):
            reads, decision = self._decide(instance, operation)
            if not decision.candidates:
                break
            request = ClaimRequest(operation_id=operation.id, epoch=operation.epoch, candidates=decision.candidates)
            try:
                grant = self._conductor.claim(context, request)
            except NoCapacity as error:
                LOG.info("claim for %s lost the race: %s", instance.uuid, error)
                self._hosts.refresh(reads)
                continue
            self._hosts.consume(grant)
            return grant
        LOG.warning("no host for %s: %s", instance.uuid, decision.summary)
        self._conductor.no_valid_host(context, operation.id, operation.epoch, decision)
        return None

    def _decide(self, instance: Instance, operation: Operation) -> tuple[int, Decision]:
        # A refusal is only given on a fresh picture: memory freed a moment ago may not have been reported yet.
        reads = self._hosts.reads
        decision, _ = self._decide_now(instance, operation)
        if decision.candidates:
            return reads, decision
        self._hosts.refresh(reads)
        reads, until = self._hosts.reads, self._clock.monotonic() + REPORTS_WITHIN
        while True:
            decision, silent = self._decide_now(instance, operation)
            if decision.candidates or not silent or self._clock.monotonic() >= until:
                return reads, decision
            concurrency.sleep(LOOK_EVERY)

    def _decide_now(self, instance: Instance, operation: Operation) -> tuple[Decision, bool]:
        """What the picture says, and whether nobody is heard in it: then the hosts report again in a moment."""
        hosts, now = self._hosts.all(), self._clock.now()
        moment = Moment(now=now, down_after=self._down_after)
        silent = is_nobody_heard(hosts, now, self._down_after)
        return self._pipeline.decide(hosts, request_spec(instance, operation), moment), silent

    def _send(self, context: RequestContext, grant: ClaimGrant, admin_pass: str | None) -> None:
        host = grant.operation.host
        assert host is not None  # a granted claim names its host
        try:
            self._compute_at(host).run_operation(context, grant.instance, grant.operation, admin_pass)
        except Unavailable as error:
            # The operation stays queued at its host; the reaper casts it again or lets another host have it.
            LOG.warning("%s of %s waits for the reaper: %s", grant.operation.action, grant.instance.uuid, error)
