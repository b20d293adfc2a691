"""How an operation ends: what is tried again, what is undone, what is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import msgspec
import pytest

from nova_lite.compute import guard as module
from nova_lite.compute.guard import Guard
from nova_lite.compute.job import Cancelled, Interrupted, Job
from nova_lite.compute.operations.base import LifecycleOperation
from nova_lite.compute.reporter import Reporter
from nova_lite.compute.steps.base import Step
from nova_lite.compute.steps.wrapped import Afterwards, Dispensable, Irrevocable
from nova_lite.core.clock import ManualClock
from nova_lite.core.context import system_context
from nova_lite.core.errors import Unavailable
from nova_lite.objects.errors import Superseded
from nova_lite.objects.operation import Arguments, Create, Delete, Operation, OperationResult, Pause
from nova_lite.objects.states import Action, Leg, PowerState, VmState
from nova_lite.virt.driver import GuestSpec, HypervisorUnavailable, VirtError
from nova_lite.virt.fake import FakeDriver, FakeSettings
from tests.builders.guests import NOW, an_instance
from tests.builders.operations import an_operation


@dataclasses.dataclass
class Told(Reporter):
    """A reporter that keeps what it is told."""

    results: list[OperationResult] = dataclasses.field(default_factory=list)
    superseded: bool = False
    stopped: bool = False
    notes: list[str] = dataclasses.field(default_factory=list)

    @property
    def stopping(self) -> bool:
        return self.stopped

    def note(self, operation: Operation, step: str) -> None:
        self.notes.append(step)

    def finish(self, job: Job, result: OperationResult) -> None:
        if self.superseded:
            raise Superseded("too late")
        self.results.append(result)


class AStep:
    """Writes down what it is asked; fails as often as there are errors for it."""

    def __init__(self, name: str, journal: list[str], *errors: Exception, undoing: Sequence[Exception] = ()) -> None:
        self.name, self._journal, self._errors, self._undoing = name, journal, list(errors), list(undoing)

    def run(self, job: Job) -> Job:
        self._journal.append(self.name)
        if self._errors:
            raise self._errors.pop(0)
        return job

    def undo(self, job: Job) -> None:
        self._journal.append(f"undo {self.name}")
        if self._undoing:
            raise self._undoing.pop(0)


@dataclasses.dataclass(frozen=True)
class AnOperation:
    listed: Sequence[Step]
    event: str = "event"
    done: VmState | None = VmState.ACTIVE
    reschedules: bool = True

    def steps(self) -> Sequence[Step]:
        return self.listed


class Bench:
    """A guard over one operation of these steps; ``job`` is of an instance whose guest runs."""

    def __init__(self, *steps: Step, arguments: Arguments | None = None, done: VmState | None = VmState.ACTIVE) -> None:
        self.told = Told()
        self.driver = FakeDriver(FakeSettings())
        instance = an_instance(vm_state=VmState.ACTIVE, image=None)
        self.driver.spawn(GuestSpec(instance=instance))
        operation = an_operation(instance, arguments or Create())
        self.job = Job(system_context(), instance, operation)
        table: dict[Action | Leg, LifecycleOperation] = {operation.work: AnOperation(steps, done=done)}
        self.clock = ManualClock(NOW)
        self.guard = Guard("h", table, self.driver, self.told, self.clock)

    def run(self, check: Callable[[str], None] = lambda step: None) -> OperationResult | None:
        self.guard.run(self.job, check)
        return self.told.results[-1] if self.told.results else None


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.001)


def test_success_is_told_with_the_power_state() -> None:
    journal: list[str] = []
    result = Bench(AStep("a", journal), AStep("b", journal)).run()
    assert result is not None and journal == ["a", "b"]
    assert (result.outcome, result.vm_state, result.power_state) == ("done", VmState.ACTIVE, PowerState.RUNNING)


def test_a_failure_is_undone_last_first_and_another_host_may_try() -> None:
    journal: list[str] = []
    result = Bench(AStep("a", journal), AStep("b", journal, VirtError("no"))).run()
    assert result is not None and journal == ["a", "b", "undo b", "undo a"]
    assert (result.outcome, result.undone, result.reschedule) == ("failed", True, True)
    assert result.fault is not None and result.fault.message == "no"


def test_a_host_that_has_slept_past_the_deadline_starts_no_guest() -> None:
    """By then the boot is in ERROR, and the guest of a move runs on its old host again."""
    journal: list[str] = []
    bench = Bench(AStep("fetch", journal), AStep("spawn", journal), Irrevocable(AStep("tidy", journal)))

    def past_it(before: str) -> Callable[[str], None]:
        return lambda step: bench.clock.advance(bench.job.operation.deadline - NOW) if step == before else None

    result = bench.run(past_it("spawn"))
    assert result is not None and journal == ["fetch", "undo tidy", "undo spawn", "undo fetch"]
    assert result.fault is not None and result.fault.message.endswith("had not come to spawn by its deadline")
    assert not result.reschedule


def test_what_has_no_way_back_goes_on_past_its_deadline() -> None:
    journal: list[str] = []
    bench = Bench(AStep("spawn", journal), Irrevocable(AStep("tidy", journal)))
    result = bench.run(lambda step: bench.clock.advance(1000) if step == "tidy" else None)
    assert result is not None and (result.outcome, journal) == ("done", ["spawn", "tidy"])


def test_a_delete_goes_on_past_its_deadline() -> None:
    journal: list[str] = []
    bench = Bench(AStep("destroy", journal), arguments=Delete(), done=VmState.DELETED)
    result = bench.run(lambda step: bench.clock.advance(1000))
    assert result is not None and (result.outcome, journal) == ("done", ["destroy"])


def test_what_could_not_be_undone_is_said_and_no_other_host_tries() -> None:
    result = Bench(AStep("a", [], VirtError("no"), undoing=[VirtError("it stays")])).run()
    assert result is not None and (result.undone, result.reschedule) == (False, False)


RESTARTING = HypervisorUnavailable("libvirt restarts")


def test_a_hypervisor_that_restarts_while_it_is_undone_is_waited_for() -> None:
    journal: list[str] = []
    step = AStep("a", journal, VirtError("no"), undoing=[RESTARTING, RESTARTING])
    result = Bench(AStep("first", journal), step).run()
    assert result is not None and (result.undone, result.reschedule) == (True, True)
    assert journal == ["first", "a", "undo a", "undo a", "undo a", "undo first"]


def test_what_was_done_for_nothing_is_undone_when_the_hypervisor_is_back() -> None:
    journal: list[str] = []
    bench = Bench(AStep("a", journal, undoing=[RESTARTING]))
    bench.told.superseded = True
    assert bench.run() is None and journal == ["a", "undo a", "undo a"]


def test_a_hypervisor_that_stays_away_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    journal: list[str] = []
    result = Bench(AStep("first", journal), AStep("a", journal, VirtError("no"), undoing=[RESTARTING])).run()
    assert result is not None and (result.undone, result.reschedule) == (False, False)
    assert journal == ["first", "a", "undo a", "undo first"]


def test_a_host_that_stops_does_not_wait_for_its_hypervisor_and_undoes_the_rest_at_its_next_start() -> None:
    bench = Bench(AStep("a", [], VirtError("no"), undoing=[RESTARTING]))
    bench.told.stopped = True
    assert bench.run() is None and bench.told.results == []


def test_images_that_stay_are_not_waited_for() -> None:
    journal: list[str] = []
    step = AStep("upload", journal, VirtError("no"), undoing=[Unavailable("no image service")])
    result = Bench(step).run()
    assert result is not None and not result.undone and journal == ["upload", "undo upload"]


def test_what_cannot_be_reached_for_a_moment_is_tried_again() -> None:
    journal: list[str] = []
    result = Bench(AStep("a", journal, Unavailable("restarting"), Unavailable("restarting"))).run()
    assert result is not None and result.outcome == "done" and journal == ["a", "a", "a"]


def test_what_stays_out_of_reach_fails_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    result = Bench(AStep("a", [], Unavailable("gone"))).run()
    assert result is not None and result.outcome == "failed"


@pytest.mark.parametrize("kind", [Afterwards, Dispensable])
@pytest.mark.parametrize("error", [Unavailable("it does not answer"), VirtError("no")])
def test_what_is_left_to_tidy_afterwards_costs_nobody_the_guest(
    error: Exception, kind: type[Dispensable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    journal: list[str] = []
    bench = Bench(AStep("spawn", journal), kind(AStep("discard", journal, error)))
    bench.run()
    assert journal == ["spawn", "discard"]
    assert [result.outcome for result in bench.told.results] == ["done"]


def test_what_is_called_off_between_two_steps_is_undone_and_goes_nowhere_else() -> None:
    journal: list[str] = []

    def check(step: str) -> None:
        if step == "b":
            raise Cancelled("deleted")

    result = Bench(AStep("a", journal), AStep("b", journal)).run(check)
    assert result is not None and journal == ["a", "undo b", "undo a"]
    assert (result.outcome, result.reschedule) == ("failed", False)


def test_what_is_interrupted_stays_and_nothing_is_told() -> None:
    journal: list[str] = []

    def check(step: str) -> None:
        if step == "b":
            raise Interrupted

    assert Bench(AStep("a", journal), AStep("b", journal)).run(check) is None
    assert journal == ["a"]


def test_what_was_done_for_nothing_is_undone() -> None:
    journal: list[str] = []
    bench = Bench(AStep("a", journal))
    bench.told.superseded = True
    assert bench.run() is None and journal == ["a", "undo a"]


def test_a_guest_that_went_off_by_itself_during_an_action_is_stopped() -> None:
    bench = Bench(AStep("pause", [], VirtError("it is off")), arguments=Pause(), done=VmState.PAUSED)
    bench.driver.hypervisor.guest_powers_off(bench.job.instance.uuid)
    result = bench.run()
    assert result is not None and (result.vm_state, result.power_state) == (VmState.STOPPED, PowerState.SHUTDOWN)


def test_a_step_without_a_way_back_is_on_record_first() -> None:
    journal: list[str] = []
    bench = Bench(AStep("a", journal), Irrevocable(AStep("b", journal)), AStep("c", journal))
    bench.run()
    assert (journal, bench.told.notes) == (["a", "b", "c"], ["b"])


@pytest.mark.parametrize(("reached", "run"), [("b", ["b", "c"]), ("a", ["a", "b", "c"]), ("c", ["b", "c"])])
def test_a_resumed_operation_goes_on_from_where_there_was_no_way_back(reached: str, run: list[str]) -> None:
    journal: list[str] = []
    bench = Bench(AStep("a", journal), Irrevocable(AStep("b", journal)), AStep("c", journal))
    operation = msgspec.structs.replace(bench.job.operation, step=reached)
    bench.job = dataclasses.replace(bench.job, operation=operation)
    bench.run()
    assert journal == run


def test_a_stranger_among_errors_is_not_shown_to_the_user() -> None:
    result = Bench(AStep("a", [], KeyError("secret"))).run()
    assert result is not None and result.fault is not None
    assert result.fault.message == "KeyError on the compute host" and "secret" in result.fault.details
