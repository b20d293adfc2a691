"""Locks, on the back end that this process uses."""

from __future__ import annotations

import time

import pytest

from nova_lite.core import concurrency
from tests.patience import PATIENCE


def test_a_lock_excludes() -> None:
    lock = concurrency.lock()
    assert lock.acquire()
    assert lock.acquire(timeout=0.02) is False
    lock.release()
    with lock:
        assert lock.acquire(timeout=0) is False
    assert lock.acquire(timeout=0)


def test_tasks_get_a_lock_one_after_another_and_green_ones_in_the_order_in_which_they_came() -> None:
    lock, pause, inside, turns = concurrency.lock(), concurrency.event(), 0, list[int]()

    def work(number: int) -> None:
        nonlocal inside
        with lock:
            inside += 1
            pause.wait(0.01)
            assert inside == 1
            inside -= 1
            turns.append(number)

    with lock:
        tasks = []
        for number in range(5):
            tasks.append(concurrency.spawn(work, number))
            pause.wait(0.05)  # it waits for the lock by now
    for task in tasks:
        task.wait(PATIENCE)
    # The kernel's locks promise no order.
    assert (turns if concurrency.backend() == "eventlet" else sorted(turns)) == list(range(5))
    assert lock.acquire(timeout=0)


def test_a_lock_passes_over_who_has_given_up() -> None:
    lock = concurrency.lock()
    with lock:
        impatient, patient = concurrency.spawn(lock.acquire, 0.05), concurrency.spawn(lock.acquire, PATIENCE)
        assert impatient.wait(PATIENCE) is False
    assert patient.wait(PATIENCE) is True
    lock.release()
    assert lock.acquire(timeout=0)


def test_a_task_that_is_killed_while_it_waits_for_a_lock_does_not_keep_it() -> None:
    lock, gate = concurrency.lock(), concurrency.event()

    def work() -> None:
        with lock:
            gate.wait(0.01)

    with lock:
        killed, other = concurrency.spawn(work), concurrency.spawn(work)
        gate.wait(0.05)
        killed.kill()
    other.wait(PATIENCE)
    assert lock.acquire(timeout=PATIENCE)


def test_who_comes_now_does_not_pass_those_who_wait() -> None:
    if concurrency.backend() != "eventlet":
        return  # the kernel's locks promise no order
    lock, pause, turns = concurrency.lock(), concurrency.event(), list[str]()

    def patient() -> None:
        with lock:
            turns.append("patient")

    with lock:
        waiting = concurrency.spawn(patient)
        pause.wait(0.02)  # it waits for the lock by now
    assert lock.acquire(timeout=0) is False, "it is free for a moment"
    with lock:
        turns.append("greedy")
    waiting.wait(PATIENCE)
    assert turns == ["patient", "greedy"]
    assert lock.acquire(timeout=0)


def test_a_task_that_is_killed_when_a_lock_has_just_become_its_own_hands_it_on() -> None:
    lock, pause = concurrency.lock(), concurrency.event()

    def work() -> str:
        with lock:
            return "done"

    with lock:
        killed, other = concurrency.spawn(work), concurrency.spawn(work)
        pause.wait(0.05)
    killed.kill()
    assert other.wait(PATIENCE) == "done"
    assert lock.acquire(timeout=PATIENCE)


def test_a_lock_that_comes_with_the_end_of_the_time_is_given_or_is_free() -> None:
    lock, pause = concurrency.lock(), concurrency.event()
    lock.acquire()
    waiting = concurrency.spawn(lock.acquire, 0.1)
    pause.wait(0.01)  # it waits for the lock by now
    end = time.monotonic() + 0.15
    while time.monotonic() < end:
        pass  # nobody sees that its time is over
    lock.release()
    if waiting.wait(PATIENCE):
        lock.release()
    assert lock.acquire(timeout=0)


def test_only_a_lock_that_is_held_can_be_released() -> None:
    with pytest.raises(RuntimeError):
        concurrency.lock().release()
