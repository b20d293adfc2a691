"""Messages are lost, doubled, reordered and late, in any order that Hypothesis thinks of: the records always agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select

from nova_lite.core.errors import Conflict, DeadlineExceeded, NotFound
from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationEventRow, OperationRow
from nova_lite.db.reads import audit, hosts
from nova_lite.db.reads.operations import UNFINISHED
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import instances
from nova_lite.db.writes import operations as writes
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, Create, Delete, Operation, Pause, Unpause
from nova_lite.objects.states import TaskState, VmState
from tests.builders.guests import NOW
from tests.builders.hosts import an_inventory
from tests.builders.operations import an_operation
from tests.contract.db.cloud import FAULT, Cloud, a_new_instance, failed, succeeded
from tests.contract.db.transitions import PAUSE

pytestmark = pytest.mark.promise(1, 3, 4)

HOSTS = ("host1", "host2")
PLACES = 3  # on each host
UNPAUSE = instances.Transition(task_state=TaskState.UNPAUSING, from_vm_states=frozenset({VmState.PAUSED}))
ENDS = {Create: VmState.ACTIVE, Delete: VmState.DELETED, Pause: VmState.PAUSED, Unpause: VmState.ACTIVE}
REFUSALS = (Conflict, NotFound, DeadlineExceeded)


class Machine(RuleBasedStateMachine):
    """``seen``: every operation as somebody once saw it. Any of them may still arrive anywhere."""

    database: Database

    @initialize()
    def begin_anew(self) -> None:
        self.database.transact(_empty)
        self.cloud = Cloud(self.database)
        for host in HOSTS:
            self.cloud.host(host, an_inventory(vcpus=PLACES))
        self.seen: list[Operation] = []
        self.servers: list[Instance] = []

    def attempt(self, act: Callable[[], Any]) -> None:
        """Do it; a refusal is an answer. What it gave is seen by somebody."""
        try:
            found = act()
        except REFUSALS:
            return
        operation = found if isinstance(found, Operation) else getattr(found, "operation", None)
        if operation is not None:
            self.seen.append(operation)

    def pick(self, data: st.DataObject) -> Operation:
        # Mostly what happened last, so that lives get to their ends; now and then something from long ago.
        latest = self.seen[-3:] if data.draw(st.integers(0, 3)) else self.seen
        return data.draw(st.sampled_from(latest), "operation")

    @rule()
    def boot(self) -> None:
        server = a_new_instance()
        self.servers.append(server)
        self.attempt(lambda: self.cloud.accept(server))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        order = data.draw(st.permutations(HOSTS))
        operation = self.pick(data)
        self.attempt(lambda: self.cloud.claim(operation, *order))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        operation = self.pick(data)
        self.attempt(lambda: self.cloud.begin(operation))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        operation = self.pick(data)
        self.attempt(lambda: self.cloud.finish(succeeded(operation, ENDS[type(operation.arguments)])))

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), reschedule=st.booleans(), undone=st.booleans())
    def fail(self, data: st.DataObject, reschedule: bool, undone: bool) -> None:
        operation = self.pick(data)
        result = msgspec.structs.replace(failed(operation, reschedule=reschedule and undone), undone=undone)
        self.attempt(lambda: self.cloud.finish(result))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def reap(self, data: st.DataObject) -> None:
        operation = self.pick(data)
        kind = type(operation.arguments)
        vm_state = VmState.ERROR if kind in (Create, Delete) else None
        remedies: list[Callable[[Tx], object]] = [
            lambda tx: writes.fail(tx, operation, FAULT, vm_state, NOW),
            lambda tx: writes.recast(tx, operation, NOW + 60, NOW),
        ]
        if kind is Create and operation.host is not None:
            remedies.append(lambda tx: writes.reschedule(tx, operation, NOW))
        if kind is Delete:
            remedies.append(lambda tx: writes.pass_over(tx, operation, "its host is down", NOW))
        remedy = data.draw(st.sampled_from(remedies), "remedy")
        self.attempt(lambda: self.database.transact(remedy))

    @precondition(lambda self: self.servers)
    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        server = data.draw(st.sampled_from(self.servers), "server")
        actions: list[tuple[Arguments, instances.Transition]] = [(Pause(), PAUSE), (Unpause(), UNPAUSE)]
        arguments, transition = data.draw(st.sampled_from(actions))
        self.attempt(lambda: self.cloud.act(server, arguments, transition))

    @precondition(lambda self: self.servers)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        server = data.draw(st.sampled_from(self.servers), "server")
        operation = an_operation(server, Delete())
        self.attempt(lambda: self.database.transact(
            lambda tx: instances.start_delete(tx, operation, NOW, project_id=None, override_lock=False)
        ))

    @invariant()
    def the_records_agree(self) -> None:
        with self.database.read() as tx:
            assert audit.leaked_allocations(tx) == []
            assert audit.misplaced_allocations(tx) == []
            assert audit.unallocated(tx) == []
            assert audit.stranded(tx) == []
            assert audit.aimless_operations(tx) == []
            assert audit.miscounted_hosts(tx) == []
            assert all(state.vcpus_used <= PLACES for state in hosts.every(tx))

    @invariant()
    def nobody_works_twice_on_one_instance(self) -> None:
        unfinished = select(func.count()).where(OperationRow.state.in_(UNFINISHED))
        with self.database.read() as tx:
            assert all(count <= 1 for (count,) in tx.tuples(unfinished.group_by(OperationRow.instance_uuid)))


def _empty(tx: Tx) -> None:
    for table in (AllocationRow, OperationEventRow, OperationRow, InstanceRow, ComputeNodeRow):
        tx.change(delete(table))


def test_any_order_of_messages_leaves_records_that_agree(database: Database) -> None:
    Machine.database = database
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=25, stateful_step_count=40, suppress_health_check=list(HealthCheck)),
    )
