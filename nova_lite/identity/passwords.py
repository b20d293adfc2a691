"""Password hashing: argon2id, away from the event loop and never more at once than the machine has patience for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import argon2

from nova_lite.core import concurrency

# OWASP's second recommendation for argon2id (19 MiB, two passes, one lane): about 20 ms of one core. The library's
# own default costs 64 MiB and 140 ms on four lanes, which a control plane on two cores cannot spare per login.
MEMORY_KIB = 19456
PASSES = 2
AT_ONCE = 2


class PasswordHasher:
    """Hashes and checks secrets.

    Every check costs the same whether or not there was something to compare with, so that timing does not tell
    which user names exist.
    """

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES, at_once: int = AT_ONCE) -> None:
        self._argon2 = argon2.PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._decoy = ""
        self._slots: concurrency.Queue[None] = concurrency.queue(at_once)
        for _ in range(at_once):
            self._slots.put(None)

    def hash(self, secret: str) -> str:
        """A new hash of ``secret`` with its own salt, in argon2's notation."""
        with self._slot():
            return concurrency.native(self._argon2.hash, secret)

    def verify(self, hashed: str | None, secret: str) -> bool:
        """Whether ``secret`` is what was hashed. None is compared with a decoy and never matches."""
        compared = hashed or self._decoy_hash()
        with self._slot():
            matches = concurrency.native(self._matches, compared, secret)
        return matches and hashed is not None

    def is_stale(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than today's and should be made anew."""
        return self._argon2.check_needs_rehash(hashed)

    def _matches(self, hashed: str, secret: str) -> bool:
        try:
            return self._argon2.verify(hashed, secret)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def _decoy_hash(self) -> str:
        if not self._decoy:
            self._decoy = self.hash("nobody has this password")
        return self._decoy

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        self._slots.get()
        try:
            yield
        finally:
            self._slots.put(None)
