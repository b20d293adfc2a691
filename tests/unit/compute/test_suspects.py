"""Who may be what a host has died of is found alone."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from nova_lite.compute.suspects import LIFETIME, LIMIT, Deadly, Suspects
from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import OperationState
from nova_lite.rpc.journal import Journal
from tests.builders.guests import an_instance
from tests.builders.operations import an_operation
from tests.patience import PATIENCE

DEAD: list[AbstractContextManager[None]] = []  # what processes had in work when they were killed: it never ends


def a_process(directory: Path) -> Suspects:
    """A new one on this host."""
    made = Suspects(Journal(directory, LIMIT, LIFETIME, SystemClock()))
    made.open()
    return made


def dies_at(suspects: Suspects, *operations: Operation) -> None:
    """A process that has these in work when it is killed: it ends none of them."""
    for operation in operations:
        DEAD.append(suspects.watched(operation))
        DEAD[-1].__enter__()


def resumed() -> Operation:
    return an_operation(an_instance(), state=OperationState.RUNNING)


def test_an_operation_that_kills_is_given_up(tmp_path: Path) -> None:
    deadly = resumed()
    for _ in range(1 + LIMIT):  # noted by the first one that resumes it, a suspect for the others
        dies_at(a_process(tmp_path), deadly)
    for _ in range(2):  # who dies before the conductor has heard of that says it again
        given_up = pytest.raises(Deadly, match=f"create is given up: .* each of {LIMIT} times")
        with given_up, a_process(tmp_path).watched(deadly):
            pytest.fail("it was tried once more")


def test_what_is_begun_for_the_first_time_is_not_noted(tmp_path: Path) -> None:
    new = an_operation(an_instance())
    for _ in range(LIMIT + 2):
        dies_at(a_process(tmp_path), new)
    with a_process(tmp_path).watched(new):
        assert list(tmp_path.iterdir()) == []


def test_who_lives_to_the_end_of_an_operation_clears_it(tmp_path: Path) -> None:
    suspect = resumed()
    for _ in range(LIMIT):
        dies_at(a_process(tmp_path), suspect)
    with pytest.raises(ZeroDivisionError), a_process(tmp_path).watched(suspect):  # its end may be a failure
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_daemon_that_is_asked_to_end_blames_nobody(tmp_path: Path) -> None:
    interrupted = resumed()
    dies_at(a_process(tmp_path), interrupted)
    for _ in range(LIMIT + 1):
        stopping = a_process(tmp_path)
        dies_at(stopping, interrupted)
        stopping.close()
    with a_process(tmp_path).watched(interrupted):
        pass


def test_suspects_have_their_turns_and_nobody_else_waits_for_them(tmp_path: Path) -> None:
    first, second, third = resumed(), resumed(), resumed()
    dies_at(a_process(tmp_path), first, second)
    suspects = a_process(tmp_path)
    order: concurrency.Queue[str] = concurrency.queue()

    def carry_out(operation: Operation) -> None:
        with suspects.watched(operation):
            order.put("second")

    with suspects.watched(first):
        waiting = concurrency.spawn(carry_out, second)
        with suspects.watched(third), suspects.watched(an_operation(an_instance())):
            order.put("others")
        order.put("first")
    waiting.wait(PATIENCE)
    assert [order.get(PATIENCE) for _ in range(3)] == ["others", "first", "second"]
