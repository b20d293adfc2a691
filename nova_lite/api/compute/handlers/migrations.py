"""Migrations: resizes of servers, as operators list them."""

from __future__ import annotations

from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.times import epoch
from nova_lite.api.compute.views import migrations as views
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.db.reads import migrations as reads


def index(request: Request[ComputeServices]) -> Json:
    query, limit = request.query, page_size(request.query, request.services.page_size)
    if query.one("migration_type") not in (None, "resize"):
        return {"migrations": []}
    wanted = reads.Wanted(
        instance_uuid=query.one("instance_uuid"), host=query.one("host") or query.one("source_compute"),
        status=query.one("status"), project_id=query.one("project_id"), user_id=query.one("user_id"),
        changed_since=epoch(query, "changes-since"), changed_before=epoch(query, "changes-before"),
    )
    with request.services.database.read() as tx:
        found = reads.page(tx, wanted, marker=query.one("marker"), limit=limit)
    answer: dict[str, object] = {"migrations": views.index(found, request.version)}
    if found and len(found) == limit and request.version >= v("2.59"):
        answer["migrations_links"] = next_page(request.base_url, "os-migrations", query, found[-1].uuid)
    return answer
