"""Sessions: keys that two processes share, so that calls between them need no signature each (docs/adr/0013).

Every process makes an X25519 key pair when it starts and another every hour. The public half, its *exchange*, travels
inside of signed calls and answers. Who has verified such a signature knows whose exchange it is, and both ends derive
two keys, one per direction. From then on a call between them carries a keyed BLAKE2b instead of a signature.
"""

from __future__ import annotations

import collections
import hashlib
import hmac
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.rpc.errors import BadSignature

LIFE = 3600.0  # seconds after which a process makes a new exchange; the one before is understood for as long again
LABEL = 8  # bytes of an exchange that tell a receiver which of the codes is for it
SIZE = 16  # bytes of a code
PER_PEER = 64  # exchanges that are remembered of one identity: its workers, and those it had before
PER_TARGET = 16  # servers of one target that a call carries codes for
_DOMAIN = b"nova-lite rpc session 1\0"


class Session(NamedTuple):
    """What two processes share.

    ``voucher`` is the peer's long-lived public key, which has signed its ``exchange``; ``own`` is this process's
    exchange. ``label`` names the receiver of what is sealed.
    """

    voucher: bytes
    own: bytes
    exchange: bytes
    label: bytes
    outgoing: bytes
    incoming: bytes

    def seal(self, body: bytes) -> bytes:
        return _code(self.outgoing, body)

    def proves(self, body: bytes, code: bytes) -> bool:
        """True when the peer has sealed exactly these bytes for this process."""
        return hmac.compare_digest(_code(self.incoming, body), code)


class Own(NamedTuple):
    """A key pair of this process. ``label`` is what senders call it."""

    key: X25519PrivateKey
    exchange: bytes
    label: bytes
    born: float

    @classmethod
    def of(cls, key: X25519PrivateKey, born: float = 0.0) -> Own:
        exchange = key.public_key().public_bytes_raw()
        return cls(key, exchange, exchange[:LABEL], born)


class Sessions:
    """The sessions of one process, as client and as server."""

    def __init__(self, identity: str, clock: Clock) -> None:
        self._identity, self._clock = identity, clock
        self._lock = concurrency.lock()
        self._own = [Own.of(X25519PrivateKey.generate(), clock.monotonic())]
        self._known: dict[str, collections.OrderedDict[bytes, Session]] = {}

    @property
    def exchange(self) -> bytes:
        """The public half that travels now."""
        return self.current().exchange

    def current(self) -> Own:
        """The key pair whose public half travels now."""
        now = self._clock.monotonic()
        if now - self._own[0].born > LIFE:
            with self._lock:
                if now - self._own[0].born > LIFE:
                    self._own = [Own.of(X25519PrivateKey.generate(), now), self._own[0]]
        return self._own[0]

    def owned(self) -> list[Own]:
        """Every key pair of this process that others may still use."""
        return self._own

    def learn(self, peer: str, exchange: bytes, voucher: bytes) -> Session:
        """The session with a peer whose signature over this exchange has been verified.

        :raises BadSignature: the exchange is not a key.
        """
        found = self.find(peer, exchange, self.current().label)
        if found is not None and found.voucher == voucher:
            return found
        with self._lock:
            session = self._derive(self._own[0], peer, exchange, voucher)
            known = self._known.setdefault(peer, collections.OrderedDict())
            known[self._own[0].label + exchange] = session
            while len(known) > PER_PEER:
                known.popitem(last=False)
        return session

    def find(self, peer: str, exchange: bytes, own_label: bytes) -> Session | None:
        """The session between that exchange of the peer and one of this process's own."""
        known = self._known.get(peer)
        return None if known is None else known.get(own_label + exchange)

    def _derive(self, own: Own, peer: str, exchange: bytes, voucher: bytes) -> Session:
        try:
            shared = own.key.exchange(X25519PublicKey.from_public_bytes(exchange))
        except ValueError as error:
            raise BadSignature(f"{peer!r} offers a session key that is none", sender=peer) from error
        us, them = _party(self._identity, own.exchange), _party(peer, exchange)
        outgoing, incoming = _key(shared, us + them), _key(shared, them + us)
        return Session(voucher, own.exchange, exchange, exchange[:LABEL], outgoing, incoming)


class Acquaintances:
    """Servers that a client shares a session with, by target. The newest are kept."""

    def __init__(self) -> None:
        self._met: dict[str, collections.OrderedDict[bytes, Session]] = collections.defaultdict(collections.OrderedDict)
        self._strangers: dict[str, dict[bytes, int]] = collections.defaultdict(dict)

    def of(self, target: str, own: bytes) -> list[Session]:
        """Those who know this exchange of ours; none while a server of the target waits to be introduced.

        Who gets a call is not for the client to choose: so several are signed, until one has met the stranger.
        """
        strangers = self._strangers.get(target)
        if strangers:
            self._strangers[target] = {exchange: left - 1 for exchange, left in strangers.items() if left > 1}
            return []
        return self.met(target, own)

    def met(self, target: str, own: bytes) -> list[Session]:
        """Those who know this exchange of ours."""
        met = self._met.get(target)
        return [] if met is None else [session for session in list(met.values()) if session.own == own]

    def heard(self, target: str, session: Session, introduced: bool) -> None:
        """A server of the target has answered. ``introduced``: it could read what it was asked."""
        strangers, met = self._strangers[target], self._met[target]
        if not introduced:
            strangers[session.exchange] = 2 * PER_TARGET
            return
        strangers.pop(session.exchange, None)
        known = met.get(session.exchange)
        if known is None or known.own != session.own:
            met[session.exchange] = session
            while len(met) > PER_TARGET:
                met.popitem(last=False)


def _party(identity: str, exchange: bytes) -> bytes:
    return len(identity).to_bytes(2, "big") + identity.encode() + exchange


def _key(shared: bytes, parties: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=_DOMAIN + parties).derive(shared)


def _code(key: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=key, digest_size=SIZE).digest()
