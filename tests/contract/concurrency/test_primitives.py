"""What every concurrency back end owes, on the one that this process uses."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import time
from collections.abc import Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from nova_lite.core import concurrency
from tests.patience import PATIENCE


class Waiting:
    """Tasks that wait for an event; ``arrived`` returns once they have begun to."""

    def __init__(self, gate: concurrency.Event, count: int) -> None:
        self._gate = gate
        self._begun: concurrency.Queue[None] = concurrency.queue()
        self.tasks = [concurrency.spawn(self._wait) for _ in range(count)]

    def _wait(self) -> bool:
        self._begun.put(None)
        return self._gate.wait(PATIENCE)

    def arrived(self) -> list[concurrency.Task[bool]]:
        for _ in self.tasks:
            self._begun.get(PATIENCE)
        return self.tasks


def test_a_task_returns_its_result() -> None:
    assert concurrency.spawn(lambda a, b: a + b, 1, b=2).wait(PATIENCE) == 3


def test_a_task_raises_what_its_function_raised() -> None:
    def fail() -> None:
        raise KeyError("x")

    task = concurrency.spawn(fail)
    with pytest.raises(KeyError):
        task.wait(PATIENCE)
    assert task.dead


def test_waiting_for_a_task_ends_at_the_timeout() -> None:
    gate = concurrency.event()
    task = concurrency.spawn(gate.wait, PATIENCE)
    with pytest.raises(TimeoutError):
        task.wait(0.05)
    assert not task.dead
    gate.set()
    assert task.wait(PATIENCE) is True


def test_each_wait_ends_at_its_own_timeout_whatever_the_others_are() -> None:
    never, left = concurrency.event(), concurrency.event()

    def waited(seconds: float) -> float:
        started = time.monotonic()
        assert not never.wait(seconds)
        return time.monotonic() - started

    early, long = concurrency.spawn(left.wait, 0.2), concurrency.spawn(never.wait, 3600.0)
    timeouts = (0.6, 0.05, 0.4, 0.0, 0.4)
    tasks = [concurrency.spawn(waited, seconds) for seconds in timeouts]
    concurrency.event().wait(0.01)  # they wait by now
    left.set()
    early.wait(PATIENCE)
    assert all(task.wait(PATIENCE) >= seconds - 0.01 for task, seconds in zip(tasks, timeouts, strict=True))
    assert not long.dead
    never.set()
    assert long.wait(PATIENCE) is True


@pytest.mark.parametrize("timeout", [0.05, PATIENCE])
def test_of_tasks_that_wake_in_the_same_moment_each_goes_on_though_another_fails(timeout: float) -> None:
    gate = concurrency.event()
    begun: concurrency.Queue[None] = concurrency.queue()

    def wait() -> bool:
        begun.put(None)
        return gate.wait(timeout)

    def fail() -> None:
        wait()
        raise ValueError("of the first")

    first, second = concurrency.spawn(fail), concurrency.spawn(wait)
    begun.get(PATIENCE)
    begun.get(PATIENCE)
    busy = time.monotonic() + 0.2  # an event loop finds both times over at once
    while time.monotonic() < busy:
        pass
    if timeout > 1:
        gate.set()
    with pytest.raises(ValueError, match="of the first"):
        first.wait(PATIENCE)
    assert second.wait(PATIENCE) is (timeout > 1)


def test_a_killed_task_may_be_waited_for() -> None:
    gate = concurrency.event()
    (task,) = Waiting(gate, 1).arrived()
    task.kill()
    gate.set()
    with contextlib.suppress(concurrency.Killed):
        task.wait(PATIENCE)
    assert task.dead


def test_an_event_wakes_every_waiter() -> None:
    gate = concurrency.event()
    tasks = Waiting(gate, 5).arrived()
    gate.set()
    assert [task.wait(PATIENCE) for task in tasks] == [True] * 5
    assert gate.is_set()
    assert gate.wait(0)


def test_an_event_that_nobody_sets_times_out_and_may_be_cleared() -> None:
    gate = concurrency.event()
    assert gate.wait(0.02) is False
    gate.set()
    gate.set()
    gate.clear()
    assert not gate.is_set()
    assert gate.wait(0.02) is False


def test_clearing_an_event_does_not_lose_its_waiters() -> None:
    gate = concurrency.event()
    (task,) = Waiting(gate, 1).arrived()
    gate.clear()
    gate.set()
    assert task.wait(PATIENCE) is True


def test_a_queue_is_first_in_first_out() -> None:
    queue = concurrency.queue()
    for number in range(5):
        queue.put(number)
    assert queue.qsize() == 5
    assert [queue.get(PATIENCE) for _ in range(5)] == list(range(5))


def test_a_queue_says_when_it_is_empty_or_full() -> None:
    queue = concurrency.queue(1)
    with pytest.raises(concurrency.Empty):
        queue.get(0.02)
    with pytest.raises(concurrency.Empty):
        queue.get(0)
    queue.put(1)
    with pytest.raises(concurrency.Full):
        queue.put(2, 0.02)
    with pytest.raises(concurrency.Full):
        queue.put(2, 0)


def test_a_full_queue_holds_its_writer_back() -> None:
    queue = concurrency.queue(1)
    queue.put(1)
    writer = concurrency.spawn(queue.put, 2)
    assert not writer.dead
    assert (queue.get(PATIENCE), queue.get(PATIENCE)) == (1, 2)
    writer.wait(PATIENCE)


def test_a_pool_is_bounded() -> None:
    pool, gate = concurrency.pool(2), concurrency.event()
    for _ in range(2):
        pool.spawn(gate.wait, PATIENCE)
    third = concurrency.spawn(pool.spawn, gate.wait, PATIENCE)
    assert pool.running() == 2
    assert not third.dead
    assert pool.wait(0.02) is False
    gate.set()
    third.wait(PATIENCE)
    assert pool.wait(PATIENCE) is True
    assert pool.running() == 0


def test_a_pool_survives_a_failing_task(caplog: pytest.LogCaptureFixture) -> None:
    pool = concurrency.pool(1)

    def fail() -> None:
        raise KeyError("task")

    with caplog.at_level(logging.ERROR):
        pool.spawn(fail)
        pool.spawn(lambda: None)
        assert pool.wait(PATIENCE)
    assert "a task of a pool failed" in caplog.text


def test_a_native_call_does_not_stop_other_tasks() -> None:
    reader, writer = os.pipe()
    helper = concurrency.spawn(lambda: os.write(writer, b"x"))
    assert concurrency.native(lambda: os.read(reader, 1)) == b"x"
    assert helper.wait(PATIENCE) == 1
    os.close(reader)
    os.close(writer)


def test_native_calls_that_never_end_do_not_keep_others_from_being_made() -> None:
    """Twenty of them once did, and kept the process from ending."""
    reader, writer = os.pipe()
    stuck = [concurrency.spawn(concurrency.native, os.read, reader, 1) for _ in range(100)]
    assert concurrency.spawn(concurrency.native, os.getpid).wait(PATIENCE) == os.getpid()
    os.write(writer, b"x" * 100)
    assert [task.wait(PATIENCE) for task in stuck] == [b"x"] * 100
    os.close(reader)
    os.close(writer)


def test_a_native_call_within_one_is_made_there() -> None:
    assert concurrency.native(lambda: concurrency.native(os.getpid)) == os.getpid()


def test_a_native_call_raises_what_it_raised() -> None:
    def fail() -> None:
        raise KeyError("native")

    with pytest.raises(KeyError, match="native"):
        concurrency.native(fail)


def test_waiting_for_a_descriptor() -> None:
    reader, writer = os.pipe()
    assert concurrency.wait_readable(reader, 0.02) is False
    assert concurrency.wait_readable(reader, 0) is False
    concurrency.spawn(os.write, writer, b"x")
    assert concurrency.wait_readable(reader, PATIENCE) is True
    os.close(reader)
    os.close(writer)


def test_a_wait_for_a_descriptor_that_was_given_up_is_in_nobodys_way() -> None:
    reader, writer = os.pipe()
    waiting = concurrency.spawn(concurrency.wait_readable, reader, 1.0)
    concurrency.event().wait(0.05)  # it waits by now
    waiting.kill()
    assert concurrency.wait_readable(reader, 0.02) is False
    os.write(writer, b"x")
    assert concurrency.wait_readable(reader, PATIENCE) is True
    with contextlib.suppress(concurrency.Killed):
        waiting.wait(PATIENCE)
    os.close(reader)
    os.close(writer)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def test_a_wsgi_server_answers_and_stops(listener: socket.socket) -> None:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]

    address = listener.getsockname()
    server = concurrency.wsgi_server(listener, application, 4)
    server.start()
    with socket.create_connection(address, timeout=PATIENCE) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while chunk := client.recv(4096):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"ok")
    server.stop(PATIENCE)
    with pytest.raises(OSError), socket.create_connection(address, timeout=PATIENCE) as late:
        late.sendall(b"GET / HTTP/1.0\r\n\r\n")
        if not late.recv(1):
            raise ConnectionResetError


@pytest.mark.parametrize("headers", [
    b"Content-Length: 2\r\nContent-Length: 5\r\n", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: identity\r\n", b"Transfer-Encoding: chunked, identity\r\n", b"Content-Length: +2\r\n",
    b"Content-Length : 2\r\n", b"Content-Length: two\r\n", b"X-Note: a\rContent-Length: 2\r\n",
    b"Transfer-Encoding: chunked\x0b\r\n", b"Transfer-Encoding: \xa0chunked\r\n", b"Content-Length: 2\x0c\r\n",
])
def test_a_request_whose_end_is_a_matter_of_opinion_ends_the_connection(
    listener: socket.socket, headers: bytes,
) -> None:
    asked: list[str] = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Length", "0")])
        return []

    address = listener.getsockname()
    server = concurrency.wsgi_server(listener, application, 4)
    server.start()
    with socket.create_connection(address, timeout=PATIENCE) as client:
        first = b"POST /first HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n{}"
        client.sendall(first + b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while chunk := client.recv(4096):
            answer += chunk
    assert b"200 OK" not in answer.split(b"\r\n")[0]
    assert asked == []
    server.stop(PATIENCE)


@pytest.mark.parametrize(("size", "served"), [
    (b"2", True), (b"02;name=value", True),
    (b"0x2", False), (b"+2", False), (b"0_2", False), (b"-2", False), (b" 2", False),
])
def test_a_chunk_has_the_size_that_everybody_reads(listener: socket.socket, size: bytes, served: bool) -> None:
    bodies: list[bytes] = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with contextlib.suppress(ValueError, OSError):
            bodies.append(environ["wsgi.input"].read(100))
        start_response("200 OK", [("Content-Length", "0")])
        return []

    address = listener.getsockname()
    server = concurrency.wsgi_server(listener, application, 4)
    server.start()
    with socket.create_connection(address, timeout=PATIENCE) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.sendall(size + b"\r\n{}\r\n0\r\n\r\n")
        while client.recv(4096):
            pass
    assert bodies == ([b"{}"] if served else [])
    server.stop(PATIENCE)


def test_a_long_body_that_nobody_reads_ends_the_connection(listener: socket.socket) -> None:
    if concurrency.backend() != "eventlet":
        return  # waitress takes a body whole before anybody is asked

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("413 Too Large", [("Content-Length", "0")])
        return []

    address = listener.getsockname()
    server = concurrency.wsgi_server(listener, application, 4)
    server.start()
    sent = 0
    with socket.create_connection(address, timeout=PATIENCE) as client, contextlib.suppress(ConnectionError):
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        while sent < 100_000_000:
            client.sendall(b" " * 65536)
            sent += 65536
    assert sent < 100_000_000
    server.stop(PATIENCE)


def test_the_back_end_cannot_be_changed() -> None:
    other = "threading" if concurrency.backend() == "eventlet" else "eventlet"
    with pytest.raises(ValueError, match="cannot replace"):
        concurrency.patch(other)


def test_a_waiter_that_was_killed_is_not_woken_by_the_event() -> None:
    gate = concurrency.event()
    victim, other = Waiting(gate, 2).arrived()
    gate.set()
    victim.kill()  # its wake-up is under way
    assert other.wait(PATIENCE) is True


def test_an_event_serves_the_same_waiter_again() -> None:
    gate = concurrency.event()
    for _ in range(3):
        assert gate.wait(0.001) is False
        (task,) = Waiting(gate, 1).arrived()
        gate.set()
        assert task.wait(PATIENCE) is True
        gate.clear()
