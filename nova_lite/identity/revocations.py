"""Revocation: the short list of what makes a signed token void before it expires.

A revocation names a subject; tokens about it issued up to its time are void. Each process keeps the list in memory
and asks the store for news when one of the workers it shares a bell with has revoked something, and otherwise at most
once every ``poll_interval`` seconds: that is how long a token may outlive its revocation *on another host*. Where that
is too long (an administrator asks whether a token is valid), ``refresh`` looks first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nova_lite.core.clock import Clock
from nova_lite.identity.bell import Bell
from nova_lite.identity.tokens import Claims
from nova_lite.objects.identity import Revocation

POLL_INTERVAL = 1.0
# News is read again for this long, because a transaction commits later than its time says, and clocks differ.
OVERLAP = 60.0


class RevocationStore(Protocol):
    """Where revocations are kept for all processes."""

    def add(self, revocations: Sequence[Revocation]) -> None:
        """Store them in one transaction; forget those that expired before the first one's time."""
        ...

    def since(self, at: float) -> Sequence[Revocation]:
        """All with a time of ``at`` or later, in any order."""
        ...


def token_subject(audit_id: str) -> str:
    """One token."""
    return f"token:{audit_id}"


def user_subject(user_id: str) -> str:
    """All tokens of a user: disabled, deleted, or with a new password."""
    return f"user:{user_id}"


def target_subject(target_id: str) -> str:
    """All tokens scoped to a project or domain, and those of a domain's users."""
    return f"target:{target_id}"


def grant_subject(user_id: str, target_id: str) -> str:
    """A user's tokens for one target: a role was taken away there."""
    return f"grant:{user_id}:{target_id}"


def credential_subject(credential_id: str) -> str:
    """All tokens made with one application credential."""
    return f"credential:{credential_id}"


def role_subject(role: str) -> str:
    """All tokens that name a role: it was deleted, or implies less than before."""
    return f"role:{role}"


def subjects(claims: Claims) -> list[str]:
    """Everything whose revocation voids a token with these claims."""
    scope = claims.scope
    found = [
        token_subject(claims.audit_ids[0]), user_subject(claims.user_id), target_subject(claims.user_domain_id),
        *(role_subject(role) for role in claims.roles),
    ]
    if scope.kind != "unscoped":
        found += [target_subject(scope.id), grant_subject(claims.user_id, scope.id)]
    if scope.domain_id and scope.domain_id != claims.user_domain_id:
        found.append(target_subject(scope.domain_id))
    if claims.application_credential_id:
        found.append(credential_subject(claims.application_credential_id))
    return found


class Revocations:
    """The list as this process knows it."""

    def __init__(
        self, store: RevocationStore, clock: Clock, longest_life: float, poll_interval: float = POLL_INTERVAL,
        bell: Bell | None = None,
    ) -> None:
        """:param bell: of all processes that are to know at once."""
        self._bell = bell or Bell()
        self._heard = b""
        self._store = store
        self._clock = clock
        self._longest_life = longest_life
        self._poll_interval = poll_interval
        self._voided: dict[str, Revocation] = {}
        self._next_poll = 0.0
        self._read_until = 0.0

    def revoke(self, *subjects: str, expires_at: float | None = None) -> None:
        """Void the tokens of these subjects issued until now: at once here, on other hosts within the poll interval.

        ``expires_at``: when the last of those tokens expires, if it is known better than the longest life of one.
        """
        now = self._clock.now()
        found = [
            Revocation(subject=subject, at=now, expires_at=expires_at or now + self._longest_life)
            for subject in subjects
        ]
        self._store.add(found)
        self._bell.ring()  # after the commit: who hears it finds what it is about
        self._learn(found)

    def voids(self, claims: Claims) -> bool:
        """Whether a token with these claims is void; asks the store when there may be news."""
        if self._bell.sound() != self._heard or self._clock.monotonic() >= self._next_poll:
            self.refresh()
        if not self._voided:
            return False
        for subject in subjects(claims):
            revocation = self._voided.get(subject)
            if revocation is not None and claims.issued_at <= revocation.at:
                return True
        return False

    def refresh(self) -> None:
        """Ask the store for news."""
        # Set first: other tasks that come while this one waits for the answer use the list as it is; but the bell is
        # heard only when the answer is here: after a revocation of ours nobody may.
        self._next_poll, sound = self._clock.monotonic() + self._poll_interval, self._bell.sound()
        now = self._clock.now()
        since = self._read_until - OVERLAP if self._read_until else 0.0
        self._learn(self._store.since(since))
        self._read_until, self._heard = now, sound

    def _learn(self, revocations: Sequence[Revocation]) -> None:
        now = self._clock.now()
        for revocation in revocations:
            known = self._voided.get(revocation.subject)
            if known is None or known.at < revocation.at:
                self._voided[revocation.subject] = revocation
        if revocations:
            self._voided = {key: item for key, item in self._voided.items() if item.expires_at > now}
