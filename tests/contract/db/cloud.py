"""A small cloud in a database: the steps that tests begin from, as the services take them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import operations as reads
from nova_lite.db.session import Database
from nova_lite.db.writes import claims, hosts, instances, operations
from nova_lite.objects.claim import ClaimGrant, ClaimRequest
from nova_lite.objects.fault import Fault
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.host import HostReport, HostState, Inventory
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, Operation, OperationEvent, OperationResult
from nova_lite.objects.quota import Quota
from nova_lite.objects.states import PowerState, TaskState, VmState
from tests.builders.guests import NOW, an_instance
from tests.builders.hosts import an_inventory
from tests.builders.operations import an_operation

T = TypeVar("T")
UNLIMITED = Quota(instances=-1, cores=-1, ram=-1)
LEASE = 30.0
FAULT = Fault(message="the hypervisor said no", created=NOW)


@dataclass(frozen=True)
class Cloud:
    """Steps over one database, at the time NOW. ``ahead``: seconds that the clock of the API is ahead."""

    database: Database
    ahead: float = 0.0

    @classmethod
    def with_hosts(cls, database: Database, *names: str) -> Cloud:
        """One that has these hosts."""
        found = cls(database)
        for name in names:
            found.host(name)
        return found

    def host(self, name: str = "host1", inventory: Inventory | None = None, uuid: str = "") -> HostState:
        told = a_report(name, inventory, uuid)
        state = self.database.transact(lambda tx: hosts.report(tx, told, NOW))
        assert state is not None
        return state

    def accept(self, instance: Instance, quota: Quota = UNLIMITED, now: float = NOW) -> Operation:
        """A boot request as the API writes it."""
        operation = an_operation(instance, created_at=now + self.ahead)
        self.database.transact(lambda tx: instances.create(tx, [instance], [operation], quota, now))
        with self.database.read() as tx:
            return reads.get(tx, operation.id)

    def claim(self, operation: Operation, *candidates: str) -> ClaimGrant:
        request = ClaimRequest(operation_id=operation.id, epoch=operation.epoch, candidates=candidates or ("host1",))
        return self.database.transact(lambda tx: claims.claim(tx, request, NOW, LEASE))

    def begin(self, operation: Operation) -> ClaimGrant:
        host = operation.host or ""
        return self.database.transact(
            lambda tx: operations.begin(tx, operation.id, operation.epoch, host, NOW + LEASE, NOW)
        )

    def finish(self, result: OperationResult, now: float = NOW) -> operations.Finished:
        return self.database.transact(lambda tx: operations.finish(tx, result, now))

    def booting(self, host: str = "host1", **changes: object) -> ClaimGrant:
        """A boot that its host has begun."""
        return self.begin(self.claim(self.accept(a_new_instance(**changes)), host).operation)

    def active(self, host: str = "host1", **changes: object) -> Instance:
        """An instance that runs."""
        return self.finish(succeeded(self.booting(host, **changes).operation)).instance

    def act(self, instance: Instance, arguments: Arguments, transition: instances.Transition) -> ClaimGrant:
        operation = an_operation(instance, arguments, created_at=NOW + self.ahead)
        return self.database.transact(lambda tx: instances.start_action(
            tx, operation, transition, NOW, project_id=instance.project_id, override_lock=False
        ))


def a_new_instance(**changes: object) -> Instance:
    """As the API writes it: to be scheduled."""
    return an_instance(**{"task_state": TaskState.SCHEDULING, **changes})  # type: ignore[arg-type]


def a_size(vcpus: int = 1, memory_mb: int = 64, root_gb: int = 1) -> Flavor:
    return Flavor(flavorid="size", name="size", vcpus=vcpus, memory_mb=memory_mb, root_gb=root_gb)


def a_report(name: str = "host1", inventory: Inventory | None = None, uuid: str = "") -> HostReport:
    return HostReport(
        host=name, uuid=uuid or new_uuid(), inventory=inventory or an_inventory(), hypervisor_type="fake",
        hypervisor_version=1, hypervisor_hostname=name, started_at=NOW, sent_at=NOW,
    )


def an_event(
    name: str = "spawn", *, ended: bool = True, result: Literal["Success", "Error"] = "Success"
) -> OperationEvent:
    return OperationEvent(
        name=name, host="host1", started_at=NOW, finished_at=NOW + 1 if ended else None,
        result=result if ended else None,
    )


def succeeded(operation: Operation, vm_state: VmState | None = VmState.ACTIVE) -> OperationResult:
    return OperationResult(
        operation_id=operation.id, epoch=operation.epoch, host=operation.host or "", outcome="done", vm_state=vm_state,
        power_state=PowerState.RUNNING, events=(an_event(),),
    )


def failed(operation: Operation, *, reschedule: bool = False) -> OperationResult:
    return OperationResult(
        operation_id=operation.id, epoch=operation.epoch, host=operation.host or "", outcome="failed", fault=FAULT,
        reschedule=reschedule, events=(an_event(result="Error"),),
    )


def all_at_once(*actions: Callable[[], T]) -> list[T | BaseException]:
    """Run every action in a thread of its own, released together; what each gave or raised."""
    start = threading.Barrier(len(actions))
    found: list[T | BaseException] = [RuntimeError("has not run")] * len(actions)

    def run(number: int, action: Callable[[], T]) -> None:
        start.wait()
        try:
            found[number] = action()
        except Exception as error:  # noqa: BLE001 - handed to the test
            found[number] = error

    threads = [threading.Thread(target=run, args=item) for item in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
