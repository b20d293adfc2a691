"""What the reaper does about an operation, from its state, its host's and the time."""

from __future__ import annotations

import pytest

from nova_lite.conductor.treatment import Remedy, treatment
from nova_lite.conf.control import ConductorSettings
from nova_lite.objects.host import HostState
from nova_lite.objects.operation import (
    Arguments,
    ConfirmResize,
    Create,
    Delete,
    Evacuate,
    Migrate,
    Move,
    Operation,
    Pause,
    RevertResize,
    Unshelve,
)
from nova_lite.objects.states import Leg, OperationState
from tests.builders.guests import NOW, an_image, an_instance
from tests.builders.hosts import a_host
from tests.builders.operations import an_operation

pytestmark = pytest.mark.promise(1)

SETTINGS = ConductorSettings()
UP, SILENT, DEAD = a_host("h"), a_host("h", last_seen_at=NOW - 1000), a_host("h", forced_down=True)
QUEUED, RUNNING = OperationState.QUEUED, OperationState.RUNNING


UNSHELVE = Unshelve(image=an_image())


def move(leg: Leg) -> Move:
    return Move(source="g", destination="h", leg=leg)


def moving(leg: Leg) -> Migrate:
    return Migrate(move=move(leg))


def an_op(arguments: Arguments, state: OperationState, host: str | None = "h", **changes: object) -> Operation:
    return an_operation(an_instance(), arguments, state=state, host=host, attempt=1, **changes)


@pytest.mark.parametrize(("arguments", "state", "host", "remedy"), [
    (Create(), QUEUED, UP, Remedy.AGAIN),
    (Create(), RUNNING, UP, Remedy.AGAIN),
    (Pause(), RUNNING, UP, Remedy.AGAIN),
    (Delete(), QUEUED, UP, Remedy.AGAIN),
    (Create(), QUEUED, SILENT, Remedy.ELSEWHERE),
    (Create(), QUEUED, DEAD, Remedy.ELSEWHERE),
    (Create(), RUNNING, SILENT, Remedy.WAIT),
    (Create(), RUNNING, DEAD, Remedy.ELSEWHERE),
    (Create(), RUNNING, None, Remedy.ELSEWHERE),
    (Pause(), QUEUED, SILENT, Remedy.WAIT),
    (Pause(), RUNNING, DEAD, Remedy.WAIT),
    (Delete(), QUEUED, SILENT, Remedy.PASS_OVER),
    (Delete(), RUNNING, DEAD, Remedy.PASS_OVER),
    (UNSHELVE, QUEUED, SILENT, Remedy.ELSEWHERE),
    (UNSHELVE, RUNNING, DEAD, Remedy.WAIT),
    (Evacuate(source="g"), QUEUED, SILENT, Remedy.ELSEWHERE),
    (Evacuate(source="g"), RUNNING, SILENT, Remedy.WAIT),
    (Evacuate(source="g"), RUNNING, DEAD, Remedy.ELSEWHERE),
    (moving(Leg.DEPART), QUEUED, DEAD, Remedy.WAIT),
    (moving(Leg.ARRIVE), QUEUED, SILENT, Remedy.TURN_BACK),
    (moving(Leg.ARRIVE), RUNNING, SILENT, Remedy.WAIT),
    (moving(Leg.ARRIVE), RUNNING, DEAD, Remedy.TURN_BACK),
    (moving(Leg.LEAVE), QUEUED, UP, Remedy.AGAIN),
    (moving(Leg.LEAVE), QUEUED, SILENT, Remedy.WAIT),
    (moving(Leg.LEAVE), RUNNING, DEAD, Remedy.PASS_OVER),
    (moving(Leg.FALL_BACK), QUEUED, DEAD, Remedy.WAIT),
    (ConfirmResize(move=move(Leg.DISMISS)), QUEUED, SILENT, Remedy.PASS_OVER),
    (RevertResize(move=move(Leg.LEAVE)), QUEUED, SILENT, Remedy.WAIT),
    (RevertResize(move=move(Leg.LEAVE)), QUEUED, DEAD, Remedy.PASS_OVER),
])
def test_the_remedy_follows_the_host(
    arguments: Arguments, state: OperationState, host: HostState | None, remedy: Remedy
) -> None:
    assert treatment(an_op(arguments, state), host, NOW, SETTINGS) is remedy


def test_a_boot_without_a_host_goes_to_the_scheduler_again() -> None:
    assert treatment(an_op(Create(), QUEUED, None), None, NOW, SETTINGS) is Remedy.AGAIN


@pytest.mark.parametrize("arguments", [Create(), Pause()])
@pytest.mark.parametrize("host", [UP, SILENT, DEAD])
def test_past_its_deadline_it_ends(arguments: Arguments, host: HostState) -> None:
    assert treatment(an_op(arguments, RUNNING, deadline=NOW), host, NOW, SETTINGS) is Remedy.END


@pytest.mark.parametrize(("leg", "state", "host", "remedy"), [
    (Leg.ARRIVE, QUEUED, UP, Remedy.TURN_BACK),
    (Leg.ARRIVE, QUEUED, SILENT, Remedy.TURN_BACK),
    (Leg.ARRIVE, RUNNING, UP, Remedy.RECALL),
    (Leg.ARRIVE, RUNNING, SILENT, Remedy.RECALL),
    (Leg.ARRIVE, RUNNING, DEAD, Remedy.TURN_BACK),
    (Leg.ARRIVE, RUNNING, None, Remedy.TURN_BACK),
    (Leg.LEAVE, QUEUED, SILENT, Remedy.RECALL),
    (Leg.LEAVE, RUNNING, UP, Remedy.RECALL),
    (Leg.LEAVE, RUNNING, DEAD, Remedy.PASS_OVER),
    (Leg.FALL_BACK, RUNNING, SILENT, Remedy.END),
])
def test_a_move_past_its_deadline_goes_on_at_its_source_once_the_destination_has_no_guest(
    leg: Leg, state: OperationState, host: HostState | None, remedy: Remedy
) -> None:
    assert treatment(an_op(moving(leg), state, deadline=NOW), host, NOW, SETTINGS) is remedy


@pytest.mark.parametrize("state", [QUEUED, RUNNING])
@pytest.mark.parametrize("host", [UP, SILENT])
def test_what_a_decision_gives_up_is_cleared_away_whatever_the_time(state: OperationState, host: HostState) -> None:
    """A guest that is half destroyed is not one that may be confirmed, or reverted to."""
    reverted = an_op(RevertResize(move=move(Leg.LEAVE)), state, deadline=NOW)
    assert treatment(reverted, host, NOW, SETTINGS) is Remedy.RECALL
    confirmed = an_op(ConfirmResize(move=move(Leg.DISMISS)), state, deadline=NOW)
    assert treatment(confirmed, host, NOW, SETTINGS) is Remedy.PASS_OVER


def test_a_delete_past_its_deadline_on_a_host_that_is_down_still_ends_deleted() -> None:
    assert treatment(an_op(Delete(), RUNNING, deadline=NOW), SILENT, NOW, SETTINGS) is Remedy.PASS_OVER


def test_attempts_are_bounded() -> None:
    operation = an_operation(an_instance(), Create(), host="h", attempt=SETTINGS.max_attempts)
    assert treatment(operation, DEAD, NOW, SETTINGS) is Remedy.GIVE_UP
