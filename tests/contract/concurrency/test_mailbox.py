"""Mailboxes, on the back end that this process uses."""

from __future__ import annotations

import contextlib
import os
import time

import pytest

from nova_lite.core import concurrency
from tests.patience import PATIENCE


def test_a_mailbox_takes_from_native_threads() -> None:
    mailbox = concurrency.mailbox()
    with pytest.raises(concurrency.Empty):
        mailbox.get(0.02)

    def fill() -> None:
        for number in range(100):
            mailbox.put(number)

    concurrency.native_thread(fill, "filler")
    assert [mailbox.get(PATIENCE) for _ in range(100)] == list(range(100))
    with pytest.raises(concurrency.Empty):
        mailbox.get(0.02)
    mailbox.close()


def test_what_comes_after_a_mailboxs_end_is_dropped() -> None:
    mailbox = concurrency.mailbox()
    mailbox.close()
    reader, writer = os.pipe()  # of the numbers that the mailbox had
    mailbox.put(1)
    assert concurrency.wait_readable(reader, 0) is False
    mailbox.close()
    os.close(reader)
    os.close(writer)


def test_a_mailbox_is_not_taken_for_a_descriptor_that_was_closed_while_a_task_waited_for_it() -> None:
    reader, writer = os.pipe()
    waiting = concurrency.spawn(concurrency.wait_readable, reader, 1.0)
    concurrency.event().wait(0.05)  # it waits by now
    os.close(reader)
    mailbox = concurrency.mailbox()  # has the number now
    with pytest.raises(concurrency.Empty):
        mailbox.get(0.02)
    mailbox.put(1)
    assert mailbox.get(PATIENCE) == 1
    with contextlib.suppress(OSError):
        waiting.wait(PATIENCE)
    mailbox.close()
    os.close(writer)


def test_several_tasks_share_a_mailbox() -> None:
    mailbox = concurrency.mailbox()
    tasks = [concurrency.spawn(mailbox.get, PATIENCE) for _ in range(3)]
    for number in range(3):
        mailbox.put(number)
    assert {task.wait(PATIENCE) for task in tasks} == {0, 1, 2}
    mailbox.close()


def test_a_mailbox_keeps_its_timeout_under_false_alarms() -> None:
    mailbox = concurrency.mailbox()
    mailbox.put(1)
    mailbox.put(2)
    assert (mailbox.get(PATIENCE), mailbox.get(PATIENCE)) == (1, 2)
    started = time.monotonic()
    with pytest.raises(concurrency.Empty):
        mailbox.get(0.05)
    assert time.monotonic() - started < PATIENCE
    mailbox.close()
