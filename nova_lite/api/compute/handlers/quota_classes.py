"""Quota classes. Of all classes only the one called default has an effect: it is what projects have."""

from __future__ import annotations

from nova_lite.api.compute.schemas.quotas import SETTABLE
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import quotas as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid
from nova_lite.db.reads import quotas as reads
from nova_lite.db.writes import quotas as writes


def _show(request: Request[ComputeServices], name: str) -> dict[str, object]:
    if len(name) > 255:
        raise Invalid("The name of a quota class has at most 255 characters.", field="quota_class")
    with request.services.database.read() as tx:
        return views.quota_class(reads.of_class(tx, name, request.services.quota), request.version)


def show(request: Request[ComputeServices]) -> Json:
    name = request.path["quota_class"]
    return {"quota_class_set": {"id": name, **_show(request, name)}}


def update(request: Request[ComputeServices]) -> Json:
    name, body = request.path["quota_class"], request.member("quota_class_set")
    _show(request, name)
    wanted = {key: int(str(body[key])) for key in SETTABLE if key in body}
    if wanted:
        request.services.database.transact(lambda tx: writes.set_class(tx, name, wanted))
    return {"quota_class_set": _show(request, name)}
