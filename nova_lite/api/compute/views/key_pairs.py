"""Key pairs as the API shows them."""

from __future__ import annotations

from nova_lite.api.compute.views.table import Field, at, render
from nova_lite.api.microversions import Microversion
from nova_lite.core.clock import isoformat_micro
from nova_lite.objects.key_pair import KeyPair

_BRIEF: tuple[Field[KeyPair, None], ...] = (
    Field("name", lambda k, _: k.name),
    Field("public_key", lambda k, _: k.public_key),
    Field("fingerprint", lambda k, _: k.fingerprint),
    Field("type", lambda k, _: k.type, since="2.2"),
)

_CREATED: tuple[Field[KeyPair, None], ...] = (*_BRIEF, Field("user_id", lambda k, _: k.user_id))

_FULL: tuple[Field[KeyPair, None], ...] = (
    *_CREATED,
    Field("id", lambda k, _: k.id),
    Field("created_at", lambda k, _: isoformat_micro(k.created_at)),
    Field("updated_at", lambda k, _: None),
    Field("deleted_at", lambda k, _: None),
    Field("deleted", lambda k, _: False),
)


def _wrapped(fields: tuple[Field[KeyPair, None], ...], pair: KeyPair, version: Microversion) -> dict[str, object]:
    return {"keypair": render(at(fields, version, frozenset()), pair, None)}


def brief(pair: KeyPair, version: Microversion) -> dict[str, object]:
    """One item of a listing."""
    return _wrapped(_BRIEF, pair, version)


def created(pair: KeyPair, private_key: str | None, version: Microversion) -> dict[str, object]:
    """The answer to a create; the private key is told once, when it was made here."""
    shown = render(at(_CREATED, version, frozenset()), pair, None)
    return {"keypair": shown if private_key is None else {**shown, "private_key": private_key}}


def show(pair: KeyPair, version: Microversion) -> dict[str, object]:
    """One key pair, in full."""
    return _wrapped(_FULL, pair, version)
