"""The write path of servers: one transaction records what was asked, then one cast. Every dialect goes through it."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Sequence
from functools import partial

from msgspec import structs

from nova_lite.api.compute.transitions import transition
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound, Unavailable
from nova_lite.core.ids import new_uuid
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import idempotency, operations
from nova_lite.db.writes import instances as writes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.errors import Superseded
from nova_lite.objects.fault import Fault
from nova_lite.objects.idempotency import Once
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, Create, Delete, Operation, Placed
from nova_lite.objects.quota import Quota
from nova_lite.rpc import secrets
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.scheduler import Scheduler

# What a new server gets in the transaction that accepts it: its ports.
Plug = Callable[[Tx, Instance], Instance]
# What is written about a new server once it is there: that it is in a group.
Join = Callable[[Tx, Instance], None]
# What an action writes beside its operation, in the same transaction.
Then = Callable[[Tx, ClaimGrant], ClaimGrant]

# Sends an operation to whoever carries it on, with the administrator's password that it is about, if any.
Cast = Callable[[str | None], None]

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Deadlines:
    """Seconds from the request to the end: of what a host is chosen for, a boot or a move, and of any other action;

    ``begin``: until somebody begins it.
    """

    create: float
    action: float
    begin: float


class Lifecycle:
    """Accepts changes of servers.

    The operation row is the outbox (DESIGN section 4): once it is committed the request is accepted, and a cast that
    reaches nobody is only logged, because the conductor's reaper casts it again.
    """

    def __init__(
        self,
        database: Database,
        scheduler: Scheduler,
        compute_at: Callable[[str], Compute],
        clock: Clock,
        deadlines: Deadlines,
    ) -> None:
        self._database, self._scheduler, self._compute_at = database, scheduler, compute_at
        self._clock, self._deadlines = clock, deadlines

    def create(
        self, context: RequestContext, servers: Sequence[Instance], arguments: Create, configured: Quota,
        once: Once | None = None, plug: Plug = lambda tx, server: server, *, join: Join = lambda tx, server: None,
        admin_pass: str | None = None,
    ) -> None:
        """Accept a boot of all these servers, or of none; ``once``: unless this very request has been accepted;

        with what ``plug`` gives each of them, and ``join`` writes of it, in the same transaction. ``configured`` are
        the limits of projects that have none of their own. ``admin_pass`` travels and is not written down.

        :raises QuotaExceeded: they would not all fit into the project's quota.
        :raises Repeated: the request was accepted before, or another one with its token.
        """
        def write(tx: Tx) -> list[ClaimGrant]:
            now = self._clock.now()
            if once is not None:
                idempotency.record(tx, once, servers[0].uuid, now)
            new = [structs.replace(server, created_at=now, updated_at=now) for server in servers]
            begun = [self._operation(context, server, arguments, now) for server in new]
            made = writes.create(tx, new, begun, configured, now, plug)
            for server in made:
                join(tx, server)
            return [ClaimGrant(instance=server, operation=one) for server, one in zip(made, begun, strict=True)]

        for grant in self._database.transact(write):
            place = partial(self._scheduler.schedule_and_build, context, grant.instance, grant.operation)
            self._send(grant.operation, place, admin_pass)

    def check(self, server: Instance, arguments: Arguments, *, override_lock: bool) -> None:
        """Refuse what the server's state forbids, as far as it is known: before what else is wrong is told.

        :raises Conflict: its state or its lock forbids the action.
        """
        writes.check_action(server, arguments.action, transition(arguments), override_lock=override_lock)

    def act(
        self, context: RequestContext, server: Instance, arguments: Arguments, *, override_lock: bool,
        then: Then = lambda tx, grant: grant, admin_pass: str | None = None,
    ) -> ClaimGrant:
        """Accept an action, and send it on its way, with ``admin_pass``, which is not written down.

        ``then``: what else its transaction writes; it may refuse, and may run more than once.

        :raises NotFound, Conflict: see :meth:`accept`.
        """
        grant = self.accept(context, server, arguments, override_lock=override_lock, then=then)
        if grant.operation.host is None:
            place = partial(self._scheduler.schedule_and_build, context, grant.instance, grant.operation)
            self._send(grant.operation, place, admin_pass)
        else:
            self._run(context, grant.instance, grant.operation, admin_pass)
        return grant

    def accept(
        self, context: RequestContext, server: Instance, arguments: Arguments, *, override_lock: bool,
        then: Then = lambda tx, grant: grant,
    ) -> ClaimGrant:
        """Write an action down; its host has still to be told. ``then``: see :meth:`act`.

        :raises NotFound: the server is gone.
        :raises Conflict: its state, its lock or the lack of a host forbids the action.
        """
        rule = transition(arguments)

        def write(tx: Tx) -> ClaimGrant:
            now = self._clock.now()
            return then(tx, writes.start_action(
                tx, self._operation(context, server, arguments, now), rule, now, project_id=server.project_id,
                override_lock=override_lock,
            ))

        return self._database.transact(write)

    def call_off(self, operation: Operation, reason: str) -> None:
        """Fail an operation, for that reason, unless its host has begun it: then it ends by itself."""
        fault = Fault(code=500, message=reason, created=self._clock.now())
        with contextlib.suppress(Superseded, NotFound):
            self._database.transact(lambda tx: operations.fail(tx, operation, fault, None, self._clock.now()))

    def delete(self, context: RequestContext, server: Instance, *, override_lock: bool) -> None:
        """Accept a deletion; a server that no host has is gone when this returns.

        :raises NotFound: the server is gone.
        :raises Conflict: it is locked.
        """
        def write(tx: Tx) -> writes.Deletion:
            now = self._clock.now()
            return writes.start_delete(
                tx, self._operation(context, server, Delete(), now), now, project_id=server.project_id,
                override_lock=override_lock,
            )

        deletion = self._database.transact(write)
        if deletion.outcome == "started" and deletion.operation is not None:
            self._run(context, deletion.instance, deletion.operation)

    def _operation(
        self, context: RequestContext, server: Instance, arguments: Arguments, now: float
    ) -> Operation:
        """``now``: read in the transaction that writes it, for which there may have been long to wait."""
        patience = self._deadlines.create if isinstance(arguments, Placed) else self._deadlines.action
        return Operation(
            id=new_uuid(), request_id=context.request_id, instance_uuid=server.uuid, project_id=server.project_id,
            user_id=context.user_id, arguments=arguments, deadline=now + patience, created_at=now, updated_at=now,
            lease_expires_at=now + self._deadlines.begin,
        )

    def _run(
        self, context: RequestContext, server: Instance, operation: Operation, admin_pass: str | None = None
    ) -> None:
        host = operation.host or ""
        self._send(operation, partial(self._compute_at(host).run_operation, context, server, operation), admin_pass)

    def _send(self, operation: Operation, cast: Cast, admin_pass: str | None = None) -> None:
        try:
            # A guest may do without a password, as guests without a config drive do.
            secrets.tell(cast, admin_pass, operation.instance_uuid)
        except Unavailable as error:
            LOG.warning("%s of %s waits for the reaper: %s", operation.action, operation.instance_uuid, error)
