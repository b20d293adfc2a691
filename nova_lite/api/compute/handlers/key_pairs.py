"""Key pairs: a user's public keys."""

from __future__ import annotations

from typing import Literal

from nova_lite.api.compute import keys
from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import key_pairs as views
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.db.reads import key_pairs as reads
from nova_lite.db.reads import quotas
from nova_lite.db.writes import key_pairs as writes
from nova_lite.objects.key_pair import KeyPair


def _user(request: Request[ComputeServices], asked: object = None) -> str:
    """Whose key pairs: the caller's, or since 2.10 for admins another user's."""
    named = asked or request.query.one("user_id")
    user_id = str(named) if named and request.version >= v("2.10") else request.context.user_id
    request.authorize({"user_id": user_id, "project_id": request.context.project_id})
    return user_id


def index(request: Request[ComputeServices]) -> Json:
    user_id = _user(request)
    paged = request.version >= v("2.35")
    limit = page_size(request.query, request.services.page_size) if paged else None
    with request.services.database.read() as tx:
        page = reads.page(tx, user_id, marker=request.query.one("marker") if paged else None, limit=limit)
    answer: dict[str, object] = {"keypairs": [views.brief(pair, request.version) for pair in page]}
    if page and len(page) == limit:
        answer["keypairs_links"] = next_page(request.base_url, "os-keypairs", request.query, page[-1].name)
    return answer


def show(request: Request[ComputeServices]) -> Json:
    user_id = _user(request)
    with request.services.database.read() as tx:
        pair = reads.get(tx, user_id, request.path["name"])
    return views.show(pair, request.version)


def create(request: Request[ComputeServices]) -> Json:
    """Import the public key that was sent; make one when none was (before 2.92)."""
    body, services = request.member("keypair"), request.services
    user_id = _user(request, body.get("user_id"))
    kind: Literal["ssh", "x509"] = "x509" if body.get("type") == "x509" else "ssh"
    now = services.clock.now()
    given = body.get("public_key")
    made = keys.make(kind, user_id, now) if given is None else keys.Made(str(given), "")
    pair = KeyPair(
        user_id=user_id, name=str(body["name"]), type=kind, public_key=made.public_key,
        fingerprint=keys.fingerprint(kind, made.public_key), created_at=now,
    )
    with services.database.read() as tx:
        limit = quotas.of_project(tx, request.context.project_id, services.quota).key_pairs
    pair = services.database.transact(lambda tx: writes.create(tx, pair, limit))
    return views.created(pair, made.private_key or None, request.version)


def delete(request: Request[ComputeServices]) -> None:
    user_id = _user(request)
    request.services.database.transact(lambda tx: writes.remove(tx, user_id, request.path["name"]))
