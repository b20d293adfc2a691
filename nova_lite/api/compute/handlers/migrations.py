"""Migrations: resizes and moves of servers, as operators list them; of one server only live ones, which are none."""

from __future__ import annotations

from nova_lite.api.compute.handlers.lookup import server_of
from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.times import epoch
from nova_lite.api.compute.views import migrations as views
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.db.reads import migrations as reads
from nova_lite.objects.instance import Instance


def index(request: Request[ComputeServices]) -> Json:
    query, limit = request.query, page_size(request.query, request.services.page_size)
    wanted = reads.Wanted(
        instance_uuid=query.one("instance_uuid"), host=query.one("host"), source=query.one("source_compute"),
        status=query.one("status"), kind=query.one("migration_type"), project_id=query.one("project_id"),
        user_id=query.one("user_id"),
        changed_since=epoch(query, "changes-since"), changed_before=epoch(query, "changes-before"),
    )
    with request.services.database.read() as tx:
        found = reads.page(tx, wanted, marker=query.one("marker"), limit=limit)
    answer: dict[str, object] = {"migrations": views.index(found, request.version)}
    if found and len(found) == limit and request.version >= v("2.59"):
        answer["migrations_links"] = next_page(request.base_url, "os-migrations", query, found[-1].uuid)
    return answer


def of_server(request: Request[ComputeServices]) -> Json:
    """Live migrations under way: there never are any."""
    server_of(request)
    return {"migrations": []}


def one_of_server(request: Request[ComputeServices]) -> Json:
    """:raises NotFound: always; what is not live is not shown here."""
    server, number = server_of(request), request.path["migration_id"]
    if _find(request, server, number) is None:
        raise _unknown(server, number)
    raise NotFound(f"Migration {number} for server {server.uuid} is not live-migration.", instance=server.uuid)


def change_of_server(request: Request[ComputeServices]) -> None:
    """Ending a live migration, one way or the other.

    :raises Invalid: it is none. :raises NotFound: the server has no such migration.
    """
    server, number = server_of(request), request.path["migration_id"]
    found = _find(request, server, number)
    if found is not None:
        raise Invalid(f"Migration {found.number} of instance {server.uuid} is {found.status}: only a live migration "
                      "that is under way can be ended.", instance=server.uuid)
    raise _unknown(server, number)


def _find(request: Request[ComputeServices], server: Instance, number: str) -> reads.Migration | None:
    with request.services.database.read() as tx:
        known = reads.page(tx, reads.Wanted(instance_uuid=server.uuid), marker=None, limit=request.services.page_size)
    return next((each for each in known if number in (str(each.number), each.uuid)), None)


def _unknown(server: Instance, number: str) -> NotFound:
    return NotFound(f"Migration {number} not found for instance {server.uuid}", instance=server.uuid)
