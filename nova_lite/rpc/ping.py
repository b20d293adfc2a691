"""Ping: every endpoint answers it, nobody has to write it."""

from __future__ import annotations

from typing import Protocol

import msgspec

from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.rpc.interface import call, fanout, interface

PING = "ping"


class Pong(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who answered, and when it ran: seconds since the epoch by the answerer's clock.

    The time before ``handled_at`` was spent on the way and in queues, the time after it on the way back.
    """

    identity: str
    handled_at: float


@interface(topic="any", name=PING, version="1.0")
class Ping(Protocol):
    """Answered on every topic."""

    @call(timeout=10.0)
    def ping(self, context: RequestContext) -> Pong: ...

    @fanout
    def sound(self, context: RequestContext) -> None:
        """Whoever hears this is not deaf."""
        ...


class Ponger:
    """The endpoint behind every server's ping."""

    def __init__(self, identity: str, clock: Clock) -> None:
        self._identity, self._clock = identity, clock

    def ping(self, context: RequestContext) -> Pong:
        return Pong(identity=self._identity, handled_at=self._clock.now())

    def sound(self, context: RequestContext) -> None:
        """It was heard: that is all."""
