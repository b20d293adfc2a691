"""Refusals as events: who is named, and what a flood of them comes to."""

from __future__ import annotations

import pytest

from nova_lite.cmd.refusals import BURST, EVENT, PERIOD, Payload, RefusalEvents
from nova_lite.core.clock import ManualClock
from nova_lite.core.errors import Forbidden
from nova_lite.rpc import Refusal


class Listener:
    def __init__(self) -> None:
        self.clock, self.heard = ManualClock(), list[Payload]()
        self.events = RefusalEvents(self.clock, self.take)

    def take(self, kind: str, payload: Payload) -> None:
        assert kind == EVENT
        self.heard.append(payload)

    def refuse(self, who: str, proved: bool = True, times: int = 1) -> None:
        for _ in range(times):
            self.events.observe(Refusal("m1", who, "conductor", "claim", Forbidden("not yours"), proved))


def test_an_event_names_offender_target_method_and_reason(caplog: pytest.LogCaptureFixture) -> None:
    listener = Listener()
    listener.refuse("nova-compute@evil")
    assert listener.heard == [{
        "offender": "nova-compute@evil", "proved": True, "topic": "conductor", "method": "claim",
        "reason": "forbidden", "message": "not yours", "message_id": "m1", "not_told": 0,
    }]
    assert "rpc.refused offender='nova-compute@evil'" in caplog.text


def test_a_flood_is_counted_and_told_later() -> None:
    listener = Listener()
    listener.refuse("nova-compute@evil", times=BURST + 7)
    assert len(listener.heard) == BURST
    listener.clock.advance(PERIOD)
    listener.refuse("nova-compute@evil")
    assert listener.heard[-1]["not_told"] == 7


def test_invented_names_share_one_account_and_silence_nobody() -> None:
    listener = Listener()
    for number in range(3 * BURST):
        listener.refuse(f"made-up-{number}", proved=False)
    listener.refuse("nova-compute@victim", proved=False)
    assert len(listener.heard) == BURST
    assert len(listener.events._accounts) == 1
    listener.refuse("nova-compute@victim")
    assert listener.heard[-1]["offender"] == "nova-compute@victim"
