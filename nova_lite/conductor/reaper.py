"""The reaper: finds operations that nobody carries on, and sends them again, elsewhere, or ends them in words.

Safe with several conductors: what it decides it writes conditionally, and what it sends twice is begun once.
"""

from __future__ import annotations

import dataclasses
import logging

from msgspec.structs import replace

from nova_lite.conductor import faults
from nova_lite.conductor.dispatch import Dispatch, context_of
from nova_lite.conductor.treatment import Remedy, treatment
from nova_lite.conf.control import ConductorSettings
from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.errors import NovaLiteError
from nova_lite.db.reads import hosts as host_reads
from nova_lite.db.reads import operations as operation_reads
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import operations as operation_writes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.errors import Superseded
from nova_lite.objects.fault import Fault
from nova_lite.objects.host import HostState
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import RUINOUS, VmState

LONGEST = 30.0  # seconds at most between two casts of one operation, if requeue_after is not more
CASTS = 16  # casts that are under way at a time
GAP = 5.0  # seconds between two looks, if their interval is not more, after which nobody has listened in between

LOG = logging.getLogger(__name__)


@dataclasses.dataclass
class _Round:
    """One look: when, the hosts, and those that did not answer in it: each is waited for once, not once a cast.

    What is decided is decided for this moment; it is written down, and leases begin, when that is done.
    """

    now: float
    hosts: dict[str, HostState]
    deaf: set[str | None] = dataclasses.field(default_factory=set)


class Reaper:
    """Looks at what is past its lease or its deadline.

    No host is down for a silence in which nobody could have heard it: this process was not there or was frozen, or had
    no database. What other processes have heard meanwhile is in the records.
    """

    def __init__(self, database: Database, dispatch: Dispatch, clock: Clock, settings: ConductorSettings) -> None:
        self._database, self._dispatch, self._clock = database, dispatch, clock
        self._settings = settings
        # A frozen host takes its time to be found silent: the others' operations do not wait for that.
        self._casts = concurrency.pool(CASTS)
        self._gap = max(GAP, 3 * settings.reaper_interval)
        self._looked_at = self._listening_since = 0.0

    def reap(self) -> None:
        """One turn."""
        now = self._clock.now()
        with self._database.read() as tx:
            late = operation_reads.expired(tx, now)
            states = host_reads.every(tx) if late else []
        if now - self._looked_at > self._gap:
            self._listening_since = now
        round_ = _Round(now, {state.host: self._as_heard(state) for state in states})
        looked_at = now
        for grant in late:
            try:
                self._treat(grant, round_)
                looked_at = self._clock.now()
            except Superseded:
                continue  # another conductor was faster, or its worker came back
            except NovaLiteError as error:
                LOG.warning("%s of %s: %s", grant.operation.action, grant.instance.uuid, error)
        self._looked_at = looked_at

    def _as_heard(self, state: HostState) -> HostState:
        return replace(state, last_seen_at=max(state.last_seen_at, self._listening_since))

    def _treat(self, grant: ClaimGrant, round_: _Round) -> None:
        operation = grant.operation
        remedy = treatment(operation, round_.hosts.get(operation.host or ""), round_.now, self._settings)
        if remedy is Remedy.END:
            self._end(operation, faults.deadline_passed(operation, round_.now))
        elif remedy is Remedy.GIVE_UP:
            self._end(operation, faults.attempts_spent(operation, round_.now))
        elif remedy is Remedy.PASS_OVER:
            self._pass_over(operation)
        elif remedy is Remedy.TURN_BACK:
            self._turn_back(operation, round_)
        elif remedy is Remedy.RECALL:
            self._recall(operation, round_)
        elif remedy is Remedy.ELSEWHERE:
            self._elsewhere(operation)
        else:
            self._again(grant, round_, cast=remedy is Remedy.AGAIN)

    def _end(self, operation: Operation, fault: Fault) -> None:
        vm_state = VmState.ERROR if operation.action in RUINOUS else None
        self._database.transact(lambda tx: operation_writes.fail(tx, operation, fault, vm_state, self._clock.now()))
        LOG.error("%s of %s is given up: %s", operation.action, operation.instance_uuid, fault.message,
                  extra={"request_id": operation.request_id})

    def _pass_over(self, operation: Operation) -> None:
        message = f"host {operation.host} is down; what it has of the instance goes when it comes back"
        done = self._database.transact(
            lambda tx: operation_writes.pass_over(tx, operation, message, self._clock.now())
        )
        LOG.warning("%s of %s: %s", operation.action, operation.instance_uuid, message,
                    extra={"request_id": operation.request_id})
        self._send_on(done)

    def _turn_back(self, operation: Operation, round_: _Round) -> None:
        late = operation.deadline <= round_.now
        fault = faults.deadline_passed(operation, round_.now) if late else faults.host_down(operation, round_.now)
        done = self._database.transact(
            lambda tx: operation_writes.turn_back(tx, operation, fault, self._clock.now())
        )
        LOG.warning("%s of %s turns back: %s", operation.action, operation.instance_uuid, fault.message,
                    extra={"request_id": operation.request_id})
        self._send_on(done)

    def _recall(self, operation: Operation, round_: _Round) -> None:
        silent = round_.hosts[operation.host or ""].is_down(round_.now, self._settings.host_down_after)
        fault = faults.out_of_reach(operation, round_.now) if silent else faults.deadline_passed(operation, round_.now)
        # Who waits for a host that is silent may wait for long: the user is told that something is wrong.
        vm_state = VmState.ERROR if silent else None
        done = self._database.transact(
            lambda tx: operation_writes.recall(tx, operation, fault, vm_state, self._clock.now())
        )
        LOG.warning("%s of %s is called back from %s: %s", operation.action, operation.instance_uuid, operation.host,
                    fault.message, extra={"request_id": operation.request_id})
        self._send_on(done)

    def _elsewhere(self, operation: Operation) -> None:
        freed = self._database.transact(lambda tx: operation_writes.reschedule(tx, operation, self._clock.now()))
        LOG.warning("%s of %s is taken from %s, which is down", operation.action, operation.instance_uuid,
                    operation.host, extra={"request_id": operation.request_id})
        self._send_on(freed)

    def _send_on(self, done: operation_writes.Finished) -> None:
        if done.onward:
            grant = ClaimGrant(instance=done.instance, operation=done.operation)
            self._casts.spawn(self._dispatch.send, context_of(done.operation), grant)

    def _again(self, grant: ClaimGrant, round_: _Round, cast: bool) -> None:
        operation = grant.operation
        # Twice as patient each time: a long queue must not be made longer by everything in it being cast again.
        patience = max(self._settings.requeue_after, min(round_.now - operation.created_at, LONGEST))

        def take(tx: Tx) -> bool:
            now = self._clock.now()
            return operation_writes.recast(tx, operation, now + patience, now)

        if not self._database.transact(take):
            return  # another conductor casts it, or it went on
        if not cast or operation.host in round_.deaf:
            return
        LOG.warning("nobody carries on %s of %s (%s); it is cast again", operation.action, operation.instance_uuid,
                    operation.state, extra={"request_id": operation.request_id})
        self._casts.spawn(self._cast, grant, round_)

    def _cast(self, grant: ClaimGrant, round_: _Round) -> None:
        host = grant.operation.host
        if host not in round_.deaf and not self._dispatch.send(context_of(grant.operation), grant):
            round_.deaf.add(host)
