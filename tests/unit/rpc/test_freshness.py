"""Freshness: deadlines, impossible times, replays."""

from __future__ import annotations

import pytest

from nova_lite.core.clock import ManualClock
from nova_lite.rpc.envelope import Circumstances, Request
from nova_lite.rpc.errors import BadSignature, Expired, Replayed
from nova_lite.rpc.freshness import Freshness, ReplayGuard


def request(clock: ManualClock, key: str = "a", sent: float = 0.0, life: float = 10.0) -> Request:
    sent_at = clock.now() + sent
    return Request(key, "cast", "t", "i", "1.0", "m", b"", Circumstances("r"), "who", "", sent_at, sent_at + life)


def test_a_message_is_taken_once() -> None:
    clock = ManualClock()
    freshness = Freshness(clock, 300)
    freshness.check(request(clock))
    with pytest.raises(Replayed, match="'who'"):
        freshness.check(request(clock))
    freshness.check(request(clock, "b"))


def test_a_message_expires() -> None:
    clock = ManualClock()
    sent = request(clock)
    clock.advance(10.5)
    with pytest.raises(Expired, match=r"0\.500 s late"):
        Freshness(clock, 300).check(sent)


@pytest.mark.parametrize(("sent", "life"), [(31.0, 10.0), (0.0, 331.0)])
def test_impossible_times_are_refused(sent: float, life: float) -> None:
    clock = ManualClock()
    with pytest.raises(BadSignature, match="impossible times"):
        Freshness(clock, 300).check(request(clock, sent=sent, life=life))


def test_ids_are_remembered_for_a_lifetime_and_then_forgotten() -> None:
    guard = ReplayGuard(10.0)
    assert not guard.seen("a", 100.0)
    assert guard.seen("a", 109.0)
    assert guard.seen("a", 115.0), "the generation before still counts"
    assert not guard.seen("b", 120.0)
    assert not guard.seen("a", 131.0)
    assert len(guard._recent) + len(guard._older) <= 2
