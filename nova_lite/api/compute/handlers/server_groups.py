"""Server groups: servers that are to share a host, or not to. The claim of a host holds to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nova_lite.api.compute.booleans import truth
from nova_lite.api.compute.handlers.boot import hints_of
from nova_lite.api.compute.handlers.lookup import scope
from nova_lite.api.compute.lifecycle import Join
from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.policies import groups as rules
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import server_groups as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import quotas
from nova_lite.db.reads import server_groups as reads
from nova_lite.db.session import Tx
from nova_lite.db.writes import server_groups as writes
from nova_lite.objects.instance import Instance
from nova_lite.objects.server_group import GroupPolicy, ServerGroup


def index(request: Request[ComputeServices]) -> Json:
    query, project_id = request.query, request.context.project_id
    # Any word but a no means yes, as in Nova: a bare ?all_projects is enough.
    asked = query.one("all_projects")
    everywhere = asked is not None and (asked == "" or truth(asked, "all_projects")) and request.context.is_admin
    if everywhere:
        request.authorize(request.own_target(), rules.GROUP_LIST_ALL)
    with request.services.database.read() as tx:
        found = reads.page(
            tx, None if everywhere else project_id, offset=int(query.one("offset") or 0),
            limit=page_size(query, request.services.page_size),
        )
    return {"server_groups": [views.show(group, request.version) for group in found]}


def _group(request: Request[ComputeServices]) -> ServerGroup:
    with request.services.database.read() as tx:
        group = reads.get(tx, request.path["group_id"], scope(request))
    request.authorize({"project_id": group.project_id, "user_id": group.user_id})
    return group


def show(request: Request[ComputeServices]) -> Json:
    return {"server_group": views.show(_group(request), request.version)}


def create(request: Request[ComputeServices]) -> Json:
    body, now = request.member("server_group"), request.services.clock.now()
    policies = cast("list[str]", body.get("policies") or [body.get("policy")])
    policy, limits = GroupPolicy(policies[0]), cast("Mapping[str, object]", body.get("rules") or {})
    if limits and policy is not GroupPolicy.ANTI_AFFINITY:
        raise Invalid("Only anti-affinity policy supports rules.", field="rules")
    group = ServerGroup(
        uuid=new_uuid(), project_id=request.context.project_id, user_id=request.context.user_id,
        name=str(body["name"]), policy=policy, max_per_host=int(str(limits.get("max_server_per_host", 1))),
        limited=bool(limits), created_at=now,
    )
    with request.services.database.read() as tx:
        quota = quotas.of_project(tx, group.project_id, request.services.quota)
    request.services.database.transact(lambda tx: writes.create(tx, group, quota.server_groups, now))
    return {"server_group": views.show(group, request.version)}


def delete(request: Request[ComputeServices]) -> None:
    group = _group(request)
    request.services.database.transact(lambda tx: writes.remove(tx, group.uuid, group.project_id))


def joining(request: Request[ComputeServices]) -> Join:
    """What has a new server join the group that the request's hints name.

    :raises Invalid: the caller has no such group.
    """
    uuid = hints_of(request).get("group")
    if uuid is None:
        return lambda tx, server: None
    try:
        with request.services.database.read() as tx:
            group = reads.get(tx, str(uuid), scope(request))
            quota = quotas.of_project(tx, request.context.project_id, request.services.quota)
    except NotFound as error:
        raise Invalid(error.message, field="group") from None

    def join(tx: Tx, server: Instance) -> None:
        writes.join(tx, group.uuid, server.uuid, quota.server_group_members)

    return join
