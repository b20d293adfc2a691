"""Freshness: is a message too old, from the future, or here for the second time?"""

from __future__ import annotations

from nova_lite.core.clock import Clock
from nova_lite.rpc.envelope import Request
from nova_lite.rpc.errors import BadSignature, Expired, Replayed

CLOCK_SKEW = 30.0  # seconds that the clocks of two machines may differ


class ReplayGuard:
    """Remembers the ids of messages until they expire; two generations, so that forgetting costs nothing.

    No message lives longer than ``lifetime`` seconds: an id that is older need not be remembered.
    """

    def __init__(self, lifetime: float) -> None:
        self._lifetime = lifetime
        self._recent: set[str] = set()
        self._older: set[str] = set()
        self._turned = 0.0

    def seen(self, message_id: str, now: float) -> bool:
        """True when the id was asked for before."""
        if now - self._turned > self._lifetime:
            self._older, self._recent, self._turned = self._recent, set(), now
        if message_id in self._recent or message_id in self._older:
            return True
        self._recent.add(message_id)
        return False


class Freshness:
    """The judge of one receiver. A fanout reaches several receivers of a process, each with its own memory."""

    def __init__(self, clock: Clock, lifetime: float) -> None:
        self._clock, self._lifetime = clock, lifetime
        self._guard = ReplayGuard(lifetime + CLOCK_SKEW)

    def check(self, request: Request) -> None:
        """:raises Expired, BadSignature, Replayed:"""
        now = self._clock.now()
        if now > request.deadline:
            late = now - request.deadline
            raise Expired(f"{request.method} of {request.sender!r} came {late:.3f} s late", sender=request.sender)
        if request.sent_at > now + CLOCK_SKEW or request.deadline > request.sent_at + self._lifetime + CLOCK_SKEW:
            raise BadSignature(f"{request.method} of {request.sender!r} has impossible times", sender=request.sender)
        if self._guard.seen(request.id, now):
            raise Replayed(f"message {request.id} of {request.sender!r} was seen before", sender=request.sender)
