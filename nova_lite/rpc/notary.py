"""Notary: one signature for all that is sent in the same moment (docs/adr/0015).

A signature takes as long as all other work on a cast together. Many senders wait for one confirmation of the broker,
and go on in the same turn of the event loop: what they send next is signed together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from nova_lite.core import concurrency
from nova_lite.rpc.errors import BadSignature
from nova_lite.rpc.signing import Signer

MOST = 32  # bodies under one signature: each carries the digests of all
SIZE = 16  # bytes of a digest: enough, for nobody knows the random id of a body before it is sealed
_TOGETHER = b"together\0"  # before what is signed; no body begins so, for bodies are maps


class Proof(NamedTuple):
    """``signature`` is over the body itself, or over the ``digests`` of all bodies that were signed together."""

    signature: bytes
    digests: bytes = b""


class _Sheet:
    """Bodies that get one signature. Without one when ``done``, each is signed by itself."""

    def __init__(self) -> None:
        self.digests: list[bytes] = []
        self.proof: Proof | None = None
        self.done = concurrency.event()


class Notary:
    """Signs for the tasks of one process, and checks what others have signed so."""

    def __init__(self, signer: Signer, give_way: Callable[[], None] = concurrency.sleep) -> None:
        """:param give_way: lets other tasks run for a moment."""
        self._signer, self._give_way = signer, give_way
        self._lock = concurrency.lock()
        self._open: _Sheet | None = None  # whoever comes now is on it

    def sign(self, body: bytes) -> Proof:
        """Prove a body by itself, at once."""
        return Proof(self._signer.sign(body))

    def sign_together(self, body: bytes) -> Proof:
        """Prove a body, with those that others bring meanwhile: gives way once, so that they can."""
        with self._lock:
            sheet, first = self._open, self._open is None
            if sheet is None:
                sheet = self._open = _Sheet()
            sheet.digests.append(digest(body))
            if len(sheet.digests) == MOST:
                self._open = None
        if first:
            self._complete(sheet)
        else:
            sheet.done.wait()
        return sheet.proof or self.sign(body)

    def verify(self, sender: str, body: bytes, proof: Proof) -> None:
        """:raises BadSignature: ``sender`` is not trusted, or did not sign exactly these bytes."""
        signature, digests = proof
        if not digests:
            self._signer.verify(sender, body, signature)
            return
        if digest(body) not in {digests[at : at + SIZE] for at in range(0, len(digests), SIZE)}:
            raise BadSignature(f"message is not among those that {sender!r} has signed together", sender=sender)
        self._signer.verify(sender, _TOGETHER + digests, signature)

    def _complete(self, sheet: _Sheet) -> None:
        try:
            try:
                self._give_way()
            finally:  # killed or not: nobody else may come to it
                with self._lock:
                    if self._open is sheet:
                        self._open = None
            if len(sheet.digests) > 1:
                digests = b"".join(sheet.digests)
                sheet.proof = Proof(self._signer.sign(_TOGETHER + digests), digests)
        finally:
            sheet.done.set()


def digest(body: bytes) -> bytes:
    """What stands for a body among those that are signed together."""
    return hashlib.blake2b(body, digest_size=SIZE).digest()
