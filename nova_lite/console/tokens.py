"""Tokens: who holds one may enter one console of one guest, once, and not for long."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.objects.console import token_for
from nova_lite.virt.capabilities import ConsoleKind

LIMIT = 10_000  # tokens that are kept; the oldest go first


@dataclasses.dataclass(frozen=True, slots=True)
class Ticket:
    """What a token is good for; ``expires_at`` on the monotonic clock."""

    instance_uuid: str
    kind: ConsoleKind
    expires_at: float


class Tokens:
    """The tokens of one host, in memory: they end with the process, and only their digests are kept."""

    def __init__(self, clock: Clock, ttl: float) -> None:
        self._clock, self._ttl = clock, ttl
        self._lock = concurrency.lock()
        self._tickets: dict[str, Ticket] = {}

    def issue(self, instance_uuid: str, kind: ConsoleKind) -> str:
        """A new token."""
        token = token_for(instance_uuid, secrets.token_urlsafe(32))
        now = self._clock.monotonic()
        with self._lock:
            self._tickets = {key: ticket for key, ticket in self._tickets.items() if ticket.expires_at > now}
            while len(self._tickets) >= LIMIT:
                del self._tickets[next(iter(self._tickets))]
            self._tickets[_digest(token)] = Ticket(instance_uuid, kind, now + self._ttl)
        return token

    def find(self, token: str) -> Ticket | None:
        """What the token would be good for now; it stays good."""
        return self._good(self._tickets.get(_digest(token)))

    def redeem(self, token: str) -> Ticket | None:
        """What the token is good for, this once; None when it is unknown, used or expired."""
        with self._lock:
            ticket = self._tickets.pop(_digest(token), None)
        return self._good(ticket)

    def _good(self, ticket: Ticket | None) -> Ticket | None:
        return ticket if ticket is not None and ticket.expires_at > self._clock.monotonic() else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
