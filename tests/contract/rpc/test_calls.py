"""Calls: results, errors, deadlines."""

from __future__ import annotations

import dataclasses

import pytest

from nova_lite.core import concurrency
from nova_lite.core.clock import ManualClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict
from nova_lite.rpc.errors import BadArguments, BadResult, CallTimeout, RemoteError, Unroutable
from tests.contract.rpc.contracts import Parcel, Post
from tests.contract.rpc.fabric import Fabric
from tests.patience import PATIENCE


def test_a_call_brings_typed_values_there_and_back(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    post = fabric.bus().proxy(Post)
    parcel = Parcel(name="books", weight=3, labels=("fragile", "ünïcode"))
    assert post.weigh(context, parcel) == parcel
    assert post.weigh(context, parcel, factor=4) == Parcel(name="books", weight=12, labels=parcel.labels)


def test_the_context_travels(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    context = dataclasses.replace(context, deadline=fabric.clock.now() + PATIENCE)
    assert fabric.bus().proxy(Post).circumstances(context) == (context.request_id, context.roles, context.deadline)


def test_a_handler_sees_the_deadline_of_its_caller(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    _, _, deadline = fabric.bus().proxy(Post, timeout=PATIENCE).circumstances(context)
    assert deadline is not None
    assert fabric.clock.now() < deadline <= fabric.clock.now() + PATIENCE


def test_a_declared_error_is_rebuilt(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    with pytest.raises(Conflict, match="the parcel is sealed") as caught:
        fabric.bus().proxy(Post).fail(context, declared=True)
    assert caught.value.details == {"parcel": "p1", "seals": 2}


def test_any_other_error_is_a_remote_error_with_its_trace(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    with pytest.raises(RemoteError, match="no such weight") as caught:
        fabric.bus().proxy(Post).fail(context, declared=False)
    assert caught.value.remote_code == "ZeroDivisionError"
    assert "in fail" in caught.value.trace


def test_a_task_that_fails_with_its_answer_takes_nothing_from_the_others(
    fabric: Fabric, context: RequestContext
) -> None:
    fabric.office()
    post = fabric.bus().proxy(Post)

    def weigh() -> None:
        post.weigh(context, Parcel(name="books", weight=3))
        raise ValueError("too heavy")

    with pytest.raises(ValueError, match="too heavy"):
        concurrency.spawn(weigh).wait(PATIENCE)
    assert post.weigh(context, Parcel(name="books", weight=3)).weight == 3


def test_a_wrong_argument_is_refused_before_it_is_sent(fabric: Fabric, context: RequestContext) -> None:
    post = fabric.bus().proxy(Post)
    with pytest.raises(BadArguments, match=r"\$\.factor"):
        post.weigh(context, Parcel(name="x"), "heavy")  # type: ignore[arg-type]
    with pytest.raises(BadArguments, match="parcel"):
        post.weigh(context)  # type: ignore[call-arg]
    with pytest.raises(BadArguments, match="colour"):
        post.weigh(context, Parcel(name="x"), colour="red")  # type: ignore[call-arg]


def test_a_wrong_result_is_refused_where_it_is_made(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    with pytest.raises(BadResult, match="int"):
        fabric.bus().proxy(Post).lie(context)


def test_a_call_that_nobody_listens_for_fails_at_once(fabric: Fabric, context: RequestContext) -> None:
    fabric.office("h1")
    bus = fabric.bus()
    started = fabric.clock.monotonic()
    with pytest.raises(Unroutable):
        bus.proxy(Post, host="h2").who(context)
    assert fabric.clock.monotonic() - started < PATIENCE / 2, "it has waited for somebody"


def test_a_call_ends_at_its_timeout(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office()
    with pytest.raises(CallTimeout, match="hold"):
        fabric.posts(timeout=0.3)[1].hold(context)
    office.gate.set()


def test_a_call_ends_at_the_deadline_of_its_context(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office()
    post, _ = fabric.posts(timeout=PATIENCE)
    with pytest.raises(CallTimeout):
        post.hold(context.until(fabric.clock.now() + 0.3))
    office.gate.set()


def test_a_call_after_its_deadline_is_not_sent(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office()
    with pytest.raises(CallTimeout, match="has passed"):
        fabric.bus().proxy(Post).who(context.until(fabric.clock.now() - 1))
    assert office.heard.qsize() == 0


def test_expired_work_is_not_executed(fabric: Fabric, context: RequestContext) -> None:
    office, server = fabric.office(workers=1)
    refused: concurrency.Queue[str] = concurrency.queue()
    server.observe = lambda refusal: refused.put(refusal.error.code)
    patient, hurried = fabric.posts(timeout=1.0)
    held = concurrency.spawn(patient.hold, context)
    office.entered.get(PATIENCE)
    while server._crew.unfinished < 2:  # until one has reached the server in time: a broker drops it, too
        with pytest.raises(CallTimeout):
            hurried.who(context)
    office.gate.set()
    assert refused.get(PATIENCE) == "message_expired"
    assert held.wait(PATIENCE) == "office"
    assert office.heard.qsize() == 0


def test_whose_clock_is_late_learns_that_there_was_no_time(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office()
    late = ManualClock(fabric.clock.now() - 10 * PATIENCE)
    with pytest.raises(CallTimeout, match=r"who on post: .* came .* late"):
        fabric.bus(clock=late).proxy(Post).who(context)
    assert office.heard.qsize() == 0


def test_concurrent_callers_get_their_own_answers(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    post = fabric.bus().proxy(Post)

    def ask(number: int) -> int:
        return sum(post.weigh(context, Parcel(name="x", weight=number)).weight for _ in range(5))

    tasks = [concurrency.spawn(ask, number) for number in range(40)]
    assert [task.wait(PATIENCE) for task in tasks] == [5 * number for number in range(40)]


def test_a_late_answer_disturbs_nobody(fabric: Fabric, context: RequestContext) -> None:
    office, _ = fabric.office()
    patient, hurried = fabric.posts(timeout=1.0)
    with pytest.raises(CallTimeout):
        hurried.hold(context)
    office.gate.set()
    for number in range(5):
        assert patient.weigh(context, Parcel(name="x", weight=number)).weight == number


def test_every_endpoint_answers_ping(fabric: Fabric) -> None:
    fabric.office("h1")
    pong = fabric.bus().ping("post", "h1", timeout=PATIENCE)
    assert pong.identity == "post@h1"
    assert abs(pong.handled_at - fabric.clock.now()) < PATIENCE


def test_a_ping_of_nobody_says_so(fabric: Fabric) -> None:
    with pytest.raises(Unroutable):
        fabric.bus().ping("post", "h2", timeout=PATIENCE)
