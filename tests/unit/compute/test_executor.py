"""What runs on a host, when, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from nova_lite.compute.executor import Executor
from nova_lite.compute.guard import Ending, Guard
from nova_lite.compute.job import Cancelled, Interrupted, Job
from nova_lite.compute.reporter import Reporter
from nova_lite.compute.suspects import LIFETIME, LIMIT, Suspects
from nova_lite.core import concurrency
from nova_lite.core.clock import ManualClock, SystemClock
from nova_lite.core.context import RequestContext, system_context
from nova_lite.core.errors import Conflict, NovaLiteError, Unavailable
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.errors import Superseded
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Create, Delete, Operation, Pause, Progress
from nova_lite.objects.states import Action, OperationState, PowerState
from nova_lite.rpc.journal import Journal
from nova_lite.virt.fake import FakeDriver, FakeSettings
from tests.builders.guests import NOW, an_instance
from tests.builders.operations import an_operation
from tests.unit.compute.test_suspects import a_process, dies_at

PATIENCE = 60.0


class Begins(Reporter):
    """A reporter whose conductor grants what is not ``refused``."""

    def __init__(self, instance: Instance) -> None:
        self._instance, self._stop = instance, concurrency.event()
        self.begun: list[str] = []
        self.refused: set[str] = set()

    def begin(self, context: RequestContext, operation: Operation) -> ClaimGrant:
        self.begun.append(operation.id)
        if operation.id in self.refused:
            raise Superseded("done already")
        return ClaimGrant(instance=self._instance, operation=OPERATIONS[operation.id])


OPERATIONS: dict[str, Operation] = {}


class Steps(Guard):
    """A guard whose operations have two steps; the first waits until ``gate`` opens."""

    def __init__(self) -> None:
        super().__init__("h", {}, FakeDriver(FakeSettings()), Begins(an_instance()), ManualClock(NOW))
        self.gate, self.ended = concurrency.event(), concurrency.queue()
        self.started: concurrency.Queue[Action] = concurrency.queue()
        self.passwords: concurrency.Queue[str | None] = concurrency.queue()
        self.error: Exception | None = None

    def run(self, job: Job, check: Callable[[str], None]) -> Ending:
        outcome = "done"
        self.passwords.put(job.admin_pass)
        try:
            check("first")
            self.started.put(job.operation.action)
            self.gate.wait(PATIENCE)
            check("second")
        except Cancelled:
            outcome = "called off"
        except Interrupted:
            outcome = "interrupted"
        self.ended.put((job.operation.action, outcome))
        return Ending(PowerState.RUNNING, self.error)

    def give_up(self, job: Job, error: NovaLiteError) -> Ending:
        self.ended.put((job.operation.action, str(error)))
        return Ending(error=error)


class Bench:
    """A host's executor; with a ``directory`` its process remembers what the one before it has died at."""

    def __init__(self, size: int = 4, directory: Path | None = None) -> None:
        self.instance = an_instance()
        self.reporter, self.steps = Begins(self.instance), Steps()
        self.settled: concurrency.Queue[str] = concurrency.queue()
        self.suspects = Suspects(Journal(directory, LIMIT, LIFETIME, SystemClock()))
        self.executor = Executor(
            self.steps, self.reporter, self.suspects, size, lambda uuid, told: self.settled.put(uuid)
        )
        self.executor.setup()
        self.executor.open()

    def operation(self, arguments: Create | Delete | Pause) -> Operation:
        operation = an_operation(self.instance, arguments, state=OperationState.RUNNING, epoch=3)
        OPERATIONS[operation.id] = operation
        return operation

    def submit(self, arguments: Create | Delete | Pause) -> Operation:
        operation = self.operation(arguments)
        self.executor.submit(system_context(), operation)
        return operation


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.steps.gate.set()
    made.executor.stop(PATIENCE)


def test_nothing_is_begun_before_the_host_is_known(bench: Bench) -> None:
    shut = Executor(bench.steps, bench.reporter, bench.suspects, 1, lambda uuid, told: None)
    shut.submit(system_context(), an_operation(bench.instance))
    assert bench.reporter.begun == []


def test_a_message_that_comes_twice_begins_once(bench: Bench) -> None:
    operation = bench.submit(Create())
    bench.steps.started.get(PATIENCE)
    bench.executor.submit(system_context(), operation)
    assert bench.reporter.begun == [operation.id]
    assert bench.executor.progress(7.0) == {operation.id: Progress(epoch=3, step="first", at=7.0)}
    assert bench.executor.busy(bench.instance.uuid)


def test_what_the_conductor_refuses_is_dropped(bench: Bench) -> None:
    operation = an_operation(bench.instance)
    bench.reporter.refused.add(operation.id)
    bench.executor.submit(system_context(), operation)
    assert bench.executor.progress(7.0) == {} and not bench.executor.busy(bench.instance.uuid)


def test_a_delete_overtakes_what_runs_and_then_has_its_turn(bench: Bench) -> None:
    bench.submit(Create())
    bench.steps.started.get(PATIENCE)
    bench.submit(Delete())
    bench.steps.gate.set()
    assert bench.steps.ended.get(PATIENCE) == (Action.CREATE, "called off")
    assert bench.steps.ended.get(PATIENCE) == (Action.DELETE, "done")
    assert bench.settled.get(PATIENCE) == bench.instance.uuid


def test_what_comes_after_a_delete_is_not_called_off(bench: Bench) -> None:
    bench.submit(Delete())
    bench.steps.started.get(PATIENCE)
    bench.submit(Pause())
    bench.steps.gate.set()
    assert [bench.steps.ended.get(PATIENCE) for _ in range(2)] == [(Action.DELETE, "done"), (Action.PAUSE, "done")]


def test_what_is_not_ours_any_more_stops_at_its_next_step(bench: Bench) -> None:
    operation = bench.submit(Create())
    bench.steps.started.get(PATIENCE)
    bench.executor.call_off(operation.id, operation.epoch)
    bench.executor.call_off("nobody knows this one", operation.epoch)
    bench.steps.gate.set()
    assert bench.steps.ended.get(PATIENCE) == (Action.CREATE, "called off")


def test_a_late_word_about_a_leg_that_is_over_does_not_stop_the_next_one(bench: Bench) -> None:
    """A source that was to go on after a failed arrival stopped, and left its guest off."""
    operation = bench.submit(Pause())
    bench.steps.started.get(PATIENCE)
    bench.executor.call_off(operation.id, operation.epoch - 2)
    bench.steps.gate.set()
    assert bench.steps.ended.get(PATIENCE) == (Action.PAUSE, "done")


def test_what_waits_for_a_slot_is_begun_and_has_a_lease() -> None:
    bench = Bench(size=1)
    first = bench.submit(Create())
    bench.steps.started.get(PATIENCE)
    bench.instance = bench.reporter._instance = an_instance()
    second = bench.submit(Create())
    assert set(bench.executor.progress(7.0)) == {first.id, second.id}
    bench.steps.gate.set()
    assert [bench.steps.ended.get(PATIENCE)[1] for _ in range(2)] == ["done", "done"]
    bench.executor.stop(PATIENCE)


def test_a_stop_lets_what_runs_end_and_begins_nothing(bench: Bench) -> None:
    bench.submit(Create())
    bench.steps.started.get(PATIENCE)
    stopping = concurrency.spawn(bench.executor.stop, PATIENCE)
    bench.steps.gate.set()
    stopping.wait(PATIENCE)
    assert bench.steps.ended.get(PATIENCE) == (Action.CREATE, "done")
    bench.executor.submit(system_context(), msgspec.structs.replace(an_operation(bench.instance), id="late"))
    assert "late" not in bench.reporter.begun


def test_a_stop_that_cannot_wait_says_what_it_leaves(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.submit(Create())
    bench.steps.started.get(PATIENCE)
    bench.executor.stop(0.0)
    assert f"left for the next start: create of {bench.instance.uuid} (first)" in caplog.text
    bench.steps.gate.set()
    assert bench.steps.ended.get(PATIENCE) == (Action.CREATE, "interrupted")


def test_who_performs_hears_the_end(bench: Bench) -> None:
    bench.steps.gate.set()
    operation = bench.operation(Pause())
    bench.executor.perform(system_context(), operation, "s3cret")
    bench.steps.error = Conflict("not now")
    with pytest.raises(Conflict, match="not now"):
        bench.executor.perform(system_context(), operation, "s3cret")
    bench.reporter.refused.add(operation.id)
    with pytest.raises(Unavailable, match="was not begun"):
        bench.executor.perform(system_context(), operation, "s3cret")
    assert [bench.steps.passwords.get(PATIENCE) for _ in range(2)] == ["s3cret"] * 2


def test_a_password_is_not_in_what_is_logged_of_a_job(bench: Bench) -> None:
    job = Job(system_context(), bench.instance, an_operation(bench.instance), admin_pass="s3cret")
    assert "s3cret" not in repr(job)


def test_what_a_host_dies_of_is_given_up_and_what_was_beside_it_is_not(tmp_path: Path) -> None:
    bench = Bench(directory=tmp_path)
    guilty, innocent = bench.operation(Create()), bench.operation(Pause())
    dies_at(a_process(tmp_path), guilty, innocent)
    for _ in range(LIMIT):
        dies_at(a_process(tmp_path), guilty)
    bench.executor.submit(system_context(), guilty)
    assert bench.steps.ended.get(PATIENCE)[1].startswith("create is given up: the service of its host has died")
    bench.steps.gate.set()
    bench.executor.submit(system_context(), innocent)
    assert bench.steps.ended.get(PATIENCE) == (Action.PAUSE, "done")
    bench.executor.stop(PATIENCE)
