"""What was done to a server, and how it went."""

from __future__ import annotations

from nova_lite.api.compute.handlers.lookup import server_of, target
from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.policies import instance_actions as rules
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.times import epoch
from nova_lite.api.compute.views import instance_actions as views
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.db.reads import operations as reads
from nova_lite.objects.instance import Instance


def index(request: Request[ComputeServices]) -> Json:
    server = server_of(request, deleted=request.version >= v("2.21"))
    limit = page_size(request.query, request.services.page_size) if request.version >= v("2.58") else None
    with request.services.database.read() as tx:
        operations = reads.of_instance(
            tx, server.uuid, marker=request.query.one("marker"), limit=limit,
            changed_since=epoch(request.query, "changes-since"), changed_before=epoch(request.query, "changes-before"),
        )
    answer: dict[str, object] = {"instanceActions": views.index(operations, _circumstances(request, server))}
    if limit is not None and operations and len(operations) == limit:
        path = f"servers/{server.uuid}/os-instance-actions"
        answer["links"] = next_page(request.base_url, path, request.query, operations[-1].request_id)
    return answer


def show(request: Request[ComputeServices]) -> Json:
    server = server_of(request, deleted=request.version >= v("2.21"))
    c = _circumstances(request, server)
    with request.services.database.read() as tx:
        operation = reads.by_request(tx, server.uuid, request.path["request_id"])
        events = reads.events(tx, [operation.id])[operation.id]
    # Until 2.50 the steps were for admins; since then every owner sees them, without the traceback.
    visible = views.ADMIN in c.allowed or request.version >= v("2.51")
    return views.show(operation, events if visible else None, c)


def _circumstances(request: Request[ComputeServices], server: Instance) -> views.Circumstances:
    parts = ((views.ADMIN, rules.EVENTS), (views.DETAILS, rules.DETAILS))
    allowed = frozenset(part for part, rule in parts if request.allows(rule, target(server)))
    return views.Circumstances(request.version, allowed, server.project_id)
