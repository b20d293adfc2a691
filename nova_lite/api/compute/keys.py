"""Public keys: what they are, their fingerprints, and making them (for clients older than 2.92)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from nova_lite.core import concurrency
from nova_lite.core.errors import Invalid

BITS = 2048
_CERTIFICATE_DAYS = 3650


class Made(NamedTuple):
    """A key pair that was made here; the private key is told once and kept nowhere."""

    public_key: str
    private_key: str


def fingerprint(kind: str, public_key: str) -> str:
    """The fingerprint of an OpenSSH public key (MD5) or an X.509 certificate (SHA-1), in pairs of digits.

    :raises Invalid: the text is no such key.
    """
    return _certificate_fingerprint(public_key) if kind == "x509" else _ssh_fingerprint(public_key)


def _pairs(digest: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in digest)


def _ssh_fingerprint(text: str) -> str:
    try:
        serialization.load_ssh_public_key(text.strip().encode())
        data = base64.b64decode(text.split()[1])
    except (ValueError, IndexError, UnicodeEncodeError, UnsupportedAlgorithm, binascii.Error):
        raise Invalid("Keypair data is invalid: failed to generate fingerprint", field="public_key") from None
    return _pairs(hashlib.md5(data, usedforsecurity=False).digest())


def _certificate_fingerprint(text: str) -> str:
    try:
        certificate = x509.load_pem_x509_certificate(text.encode())
    except (ValueError, UnicodeEncodeError, UnsupportedAlgorithm):
        raise Invalid("Keypair data is invalid: failed to generate X509 fingerprint. It is no X.509 certificate in "
                      "PEM format.", field="public_key") from None
    return _pairs(certificate.fingerprint(hashes.SHA1()))


def make(kind: str, user_id: str, now: float) -> Made:
    """A new key pair; the work is done in a native thread, because it takes a tenth of a second."""
    private = concurrency.native(rsa.generate_private_key, 65537, BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8 if kind == "x509" else serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
    if kind == "x509":
        return Made(_certificate(private, user_id, now), pem)
    public = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return Made(f"{public.decode()} Generated-by-nova-lite", pem)


def _certificate(private: rsa.RSAPrivateKey, user_id: str, now: float) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user_id[:64])])
    begins = datetime.fromtimestamp(now, UTC)
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=_CERTIFICATE_DAYS))
        .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    )
    return builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
