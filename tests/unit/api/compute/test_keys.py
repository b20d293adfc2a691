"""Keys and their fingerprints."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from nova_lite.api.compute import keys
from nova_lite.core.errors import Invalid

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ me@here"


def test_the_fingerprint_of_an_ssh_key_is_its_md5_in_pairs() -> None:
    # ssh-keygen -E md5 -lf says the same.
    assert keys.fingerprint("ssh", ED25519) == keys.fingerprint("ssh", ED25519 + "\n")
    assert len(keys.fingerprint("ssh", ED25519).split(":")) == 16


@pytest.mark.parametrize("text", [
    "nonsense", "ssh-rsa", "ssh-rsa AAAA", "ssh-ed25519 !!!", "", "ssh-rsa ünïcode", "-----BEGIN PUBLIC KEY-----",
])
@pytest.mark.parametrize("kind", ["ssh", "x509"])
def test_what_is_no_key_is_refused(kind: str, text: str) -> None:
    with pytest.raises(Invalid, match="Keypair data is invalid") as refusal:
        keys.fingerprint(kind, text)
    assert refusal.value.details["field"] == "public_key"


def test_a_made_pair_belongs_together() -> None:
    made = keys.make("ssh", "user", 1_700_000_000.0)
    private = serialization.load_pem_private_key(made.private_key.encode(), None)
    public = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    assert made.public_key.startswith(public.decode())
    assert keys.fingerprint("ssh", made.public_key)


def test_a_made_certificate_is_its_users() -> None:
    made = keys.make("x509", "user", 1_700_000_000.0)
    certificate = x509.load_pem_x509_certificate(made.public_key.encode())
    assert certificate.subject.rfc4514_string() == "CN=user"
    assert len(keys.fingerprint("x509", made.public_key).split(":")) == 20
