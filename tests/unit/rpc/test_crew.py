"""The crew: bounded, ordered, drained."""

from __future__ import annotations

from nova_lite.core import concurrency
from nova_lite.rpc.crew import Crew, Lane
from tests.patience import PATIENCE


def test_a_crew_is_bounded_and_drains() -> None:
    crew, gate = Crew(2), concurrency.event()
    begun: concurrency.Queue[int] = concurrency.queue()

    def job(number: int) -> None:
        begun.put(number)
        gate.wait(PATIENCE)

    for number in range(5):
        crew.submit(lambda number=number: job(number))  # type: ignore[misc]
    assert {begun.get(PATIENCE), begun.get(PATIENCE)} == {0, 1}
    assert begun.qsize() == 0
    assert crew.unfinished == 5
    assert crew.drain(0.02) is False
    gate.set()
    assert crew.drain(PATIENCE) is True
    assert crew.unfinished == 0
    assert sorted(begun.get(PATIENCE) for _ in range(3)) == [2, 3, 4]
    crew.dismiss()


def test_one_worker_keeps_the_order() -> None:
    crew = Crew(1)
    done: list[int] = []
    for number in range(100):
        crew.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    assert crew.drain(PATIENCE)
    assert done == list(range(100))
    crew.dismiss()


def test_a_lane_does_one_job_at_a_time_and_leaves_the_other_workers_to_others() -> None:
    crew, gate = Crew(2), concurrency.event()
    lane, begun, done = Lane(crew), list[int](), concurrency.event()
    first = concurrency.event()

    def job(number: int) -> None:
        begun.append(number)
        first.set()
        gate.wait(PATIENCE)

    for number in range(3):
        lane.submit(lambda number=number: job(number))  # type: ignore[misc]
    crew.submit(done.set)
    assert done.wait(PATIENCE), "the lane keeps every worker busy"
    assert first.wait(PATIENCE)
    assert begun == [0]
    gate.set()
    assert crew.drain(PATIENCE) is True
    assert begun == [0, 1, 2]
    lane.submit(lambda: begun.append(3))
    assert crew.drain(PATIENCE) is True
    assert begun == [0, 1, 2, 3]
    crew.dismiss()
