"""What is signed together: one signature, and nobody else's body under it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from nova_lite.core import concurrency
from nova_lite.rpc.errors import BadSignature
from nova_lite.rpc.notary import MOST, SIZE, Notary, Proof
from nova_lite.rpc.signing import Keyring, generate
from tests.patience import PATIENCE

Proofs = dict[bytes, Proof | BaseException]


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    generate(tmp_path, "client")
    generate(tmp_path, "other")
    return Keyring(tmp_path, "client")


class Crowd:
    """One more task than fit under a signature: who comes first waits until somebody is on the next sheet."""

    def __init__(self, keyring: Keyring, first_does: Callable[[], None] = lambda: None) -> None:
        self._begun, self._full = concurrency.event(), concurrency.event()
        self._first_does = first_does
        self._notary = Notary(keyring, self._give_way)
        self.proofs: Proofs = {}

    def sign(self) -> Proofs:
        tasks = [concurrency.spawn(self._sign, b"first")]
        assert self._begun.wait(PATIENCE)
        tasks += [concurrency.spawn(self._sign, b"body %d" % number) for number in range(MOST)]
        for task in tasks:
            task.wait(PATIENCE)
        return self.proofs

    def _sign(self, body: bytes) -> None:
        try:
            self.proofs[body] = self._notary.sign_together(body)
        except InterruptedError as error:
            self.proofs[body] = error

    def _give_way(self) -> None:
        if self._begun.is_set():
            self._full.set()
            return
        self._begun.set()
        assert self._full.wait(PATIENCE)
        self._first_does()


def test_what_is_signed_at_the_same_moment_has_one_signature(keyring: Keyring) -> None:
    proofs = Crowd(keyring).sign()
    together = [proof for proof in proofs.values() if isinstance(proof, Proof) and proof.digests]
    assert len(together) == MOST
    assert len(set(together)) == 1
    assert len(together[0].digests) == MOST * SIZE
    notary = Notary(keyring)
    for body, proof in proofs.items():
        assert isinstance(proof, Proof)
        notary.verify("client", body, proof)


def test_who_comes_alone_signs_the_body_itself(keyring: Keyring) -> None:
    proof = Notary(keyring).sign_together(b"body")
    assert proof == Proof(keyring.sign(b"body"))


def test_nothing_else_is_under_that_signature(keyring: Keyring) -> None:
    notary, proofs = Notary(keyring), Crowd(keyring).sign()
    body, proof = next((body, proof) for body, proof in proofs.items() if isinstance(proof, Proof) and proof.digests)
    signature, digests = proof
    own = digests.index(_digest(body))
    forged = {
        "another body": ("client", b"another", proof),
        "another sender": ("other", body, proof),
        "a digest taken away": ("client", body, Proof(signature, digests[own : own + SIZE])),
        "digests in another order": ("client", body, Proof(signature, digests[SIZE:] + digests[:SIZE])),
        "another one's digest put in": ("client", b"another", Proof(signature, digests + _digest(b"another"))),
        "no digests": ("client", body, Proof(signature)),
        "the digests as a body": ("client", digests, Proof(signature)),
        "a digest that begins within another": ("client", body, Proof(signature, b"x" + digests)),
    }
    for what, (sender, said, shown) in forged.items():
        with pytest.raises(BadSignature):
            notary.verify(sender, said, shown)
            pytest.fail(f"{what} is believed")


def test_a_body_is_no_list_of_digests(keyring: Keyring) -> None:
    digests = _digest(b"another")
    with pytest.raises(BadSignature):
        Notary(keyring).verify("client", b"another", Proof(keyring.sign(digests), digests))


def test_the_others_sign_for_themselves_when_the_first_is_killed(keyring: Keyring) -> None:
    def killed() -> None:
        raise InterruptedError

    proofs = Crowd(keyring, killed).sign()
    assert [type(proof) for proof in proofs.values()].count(InterruptedError) == 1
    notary = Notary(keyring)
    for body, proof in proofs.items():
        if isinstance(proof, Proof):
            assert not proof.digests
            notary.verify("client", body, proof)


def _digest(body: bytes) -> bytes:
    """As it stands in a list that is signed."""
    return hashlib.blake2b(body, digest_size=SIZE).digest()
