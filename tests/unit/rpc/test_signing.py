"""Keys: made once, kept private, and only as good as their names."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from nova_lite.core.errors import Invalid, NotFound
from nova_lite.rpc.errors import BadSignature
from nova_lite.rpc.signing import Keyring, generate


def test_a_signature_is_verified_by_who_trusts_it(tmp_path: Path) -> None:
    generate(tmp_path / "a", "nova-compute@host1")
    public = generate(tmp_path / "b", "nova-conductor@host1")
    signature = Keyring(tmp_path / "b", "nova-conductor@host1").sign(b"body")
    keyring = Keyring(tmp_path / "a", "nova-compute@host1")
    with pytest.raises(BadSignature, match="is not trusted"):
        keyring.verify("nova-conductor@host1", b"body", signature)
    (tmp_path / "a" / "trusted" / public.name).write_bytes(public.read_bytes())
    keyring.verify("nova-conductor@host1", b"body", signature)
    for body, wrong in ((b"other", signature), (b"body", signature[::-1]), (b"body", b"")):
        with pytest.raises(BadSignature):
            keyring.verify("nova-conductor@host1", body, wrong)


def test_a_private_key_is_for_its_owner_only_and_never_replaced(tmp_path: Path) -> None:
    generate(tmp_path, "api")
    private = tmp_path / "api.key"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    before = private.read_bytes()
    generate(tmp_path, "api")
    assert private.read_bytes() == before


def test_an_identity_without_a_key_cannot_sign(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no private key of 'nobody'"):
        Keyring(tmp_path, "nobody")


@pytest.mark.parametrize("name", ["", "../api", "a/b", ".hidden", "a b"])
def test_an_identity_is_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="is not an identity"):
        generate(tmp_path, name)
    generate(tmp_path, "api")
    with pytest.raises(BadSignature, match="is not an identity"):
        Keyring(tmp_path, "api").verify(name, b"body", b"signature")
