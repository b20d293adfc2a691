"""The registry: which hosts and services there are, and what lives on a host."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from nova_lite.conductor.stamps import believed
from nova_lite.conductor.versions import lowest
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unavailable
from nova_lite.db.errors import Duplicate
from nova_lite.db.reads import hosts as host_reads
from nova_lite.db.reads import instances as instance_reads
from nova_lite.db.reads import operations as operation_reads
from nova_lite.db.reads import services as service_reads
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import hosts as host_writes
from nova_lite.db.writes import services as service_writes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.host import HostReport, HostState
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation, Placed, move_of
from nova_lite.objects.service import ServiceRecord
from nova_lite.objects.states import OperationState
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.scheduler import Scheduler

LOG = logging.getLogger(__name__)


class Registry:
    """Answers from the database, and tells the schedulers what changed."""

    def __init__(
        self, database: Database, scheduler: Scheduler, compute_at: Callable[[str], Compute], clock: Clock,
        down_after: float,
    ) -> None:
        """``down_after``: seconds of silence after which a host counts as down."""
        self._database, self._scheduler, self._compute_at = database, scheduler, compute_at
        self._clock, self._down_after = clock, down_after

    def host_states(self) -> list[HostState]:
        with self._database.read() as tx:
            return host_reads.every(tx)

    def unfinished_operations(self, host: str) -> list[ClaimGrant]:
        with self._database.read() as tx:
            return operation_reads.unfinished_of_host(tx, host)

    def host_instances(self, host: str) -> list[Instance]:
        """Those that live there, and those of which it has the guest of before a move that is not decided."""
        with self._database.read() as tx:
            kept = [
                instance for instance in instance_reads.by_uuids(tx, list(host_reads.allocations(tx, host)))
                if instance.deleted_at is None and instance.kept is not None and instance.kept.host == host
            ]
            return instance_reads.on_host(tx, host) + kept

    def disowned(self, host: str, uuids: list[str]) -> list[str]:
        """Of the guests that a host has and cannot account for: those that it must destroy.

        Only what was certainly this host's and certainly is no more: an instance that was deleted from it, whose boot
        was taken from it, or that was moved away. Anything else stays: this may be the wrong name, or database.
        """
        with self._database.read() as tx:
            unfinished = {grant.instance.uuid for grant in operation_reads.unfinished_of_host(tx, host)}
            return [
                instance.uuid for instance in instance_reads.by_uuids(tx, uuids)
                if instance.uuid not in unfinished
                and _lost(instance, host, operation_reads.of_instance(tx, instance.uuid))
            ]

    def report_host(self, context: RequestContext, report: HostReport) -> None:
        """A host's report: its record, its service's heartbeat, and the news for the schedulers.

        One that is older than what was taken, or here again, changes nothing (docs/adr/0018).
        """
        now = self._clock.now()
        report = msgspec.structs.replace(report, sent_at=believed(report.sent_at, now))
        service = ServiceRecord(
            uuid=report.uuid, host=report.host, binary="nova-compute", topic="compute", zone="nova",
            version=report.service_version, versions=report.versions, last_seen_at=report.sent_at, updated_at=now,
        )

        def write(tx: Tx) -> tuple[list[HostState], HostState | None]:
            before = host_reads.named(tx, [report.host])
            state = host_writes.report(tx, report, now)
            if state is not None:
                service_writes.heartbeat(tx, service, now)
            return before, state

        try:
            before, state = self._database.transact(write)
        except Duplicate:
            before, state = self._database.transact(write)
        if state is None:
            LOG.info("a report of %s is older than what was taken; it is ignored", report.host)
            return
        try:
            self._scheduler.host_changed(context, state)
        except Unavailable as error:
            LOG.debug("no scheduler heard the report of %s: %s", report.host, error)
        if any(known.is_down(now, self._down_after) for known in before):
            self._welcome_back(context, report.host)

    def _welcome_back(self, context: RequestContext, host: str) -> None:
        # It may never have been away: only its reports were not heard, and deletes were ended without it.
        try:
            self._compute_at(host).compare_guests(context)
        except Unavailable as error:
            LOG.warning(
                "host %s reports again and does not hear; it compares its guests at its leisure: %s", host, error
            )

    def service_versions(self) -> dict[str, dict[str, str]]:
        """The lowest version of each interface that runs, by topic."""
        with self._database.read() as tx:
            return lowest(service_reads.page(tx), self._clock.now())

    def service_seen(self, service: ServiceRecord) -> None:
        """A daemon's heartbeat, written down with our clock: theirs may be wrong. An old one changes nothing."""
        now = self._clock.now()
        service = msgspec.structs.replace(service, last_seen_at=believed(service.last_seen_at, now))
        self._database.transact(lambda tx: service_writes.heartbeat(tx, service, now))


def _lost(instance: Instance, host: str, operations: list[Operation]) -> bool:
    if instance.deleted_at is not None:
        return instance.host == host or any(_was_given(operation, host) for operation in operations)
    if instance.host == host or (instance.kept is not None and instance.kept.host == host):
        return False
    # While a move is under way both of its hosts have to do with the instance, whatever its record says.
    if any(_is_on_the_way(operation, host) for operation in operations):
        return False
    return any(_was_given(operation, host) for operation in operations)


def _was_given(operation: Operation, host: str) -> bool:
    """Whether an operation's record names a host as one that was to have, or to give away, the instance."""
    arguments, move = operation.arguments, move_of(operation.arguments)
    if move is not None and host in (move.source, move.destination):
        return True
    return isinstance(arguments, Placed) and host in arguments.excluded_hosts


def _is_on_the_way(operation: Operation, host: str) -> bool:
    move = move_of(operation.arguments)
    under_way = operation.state in (OperationState.QUEUED, OperationState.RUNNING)
    return under_way and move is not None and host in (move.source, move.destination)
