"""Limits and quota sets."""

from __future__ import annotations

from nova_lite.api.compute.policies import limits as rules
from nova_lite.api.compute.schemas.quotas import SETTABLE
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import quotas as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid
from nova_lite.db.reads import instances, server_groups
from nova_lite.db.reads import quotas as reads
from nova_lite.db.writes import quotas as writes
from nova_lite.objects.quota import Usage


def _ledger(request: Request[ComputeServices], project_id: str) -> views.Ledger:
    with request.services.database.read() as tx:
        return views.Ledger(
            quota=reads.of_project(tx, project_id, request.services.quota),
            usage=instances.usage(tx, project_id),
            server_groups=server_groups.total(tx, project_id),
        )


def _project(request: Request[ComputeServices]) -> str:
    """The project in the path, once the caller is admitted to it."""
    project_id = request.path["project_id"]
    request.authorize({"project_id": project_id, "user_id": request.context.user_id})
    if len(project_id) > 64:
        raise Invalid(f"Project ID {project_id} is not a valid project.", field="project_id")
    return project_id


def limits(request: Request[ComputeServices]) -> Json:
    project_id = request.query.one("tenant_id") or request.context.project_id
    if "tenant_id" in request.query:  # who names a project, be it his own, asks as an admin does
        request.authorize({"project_id": project_id, "user_id": request.context.user_id}, rules.OTHER_PROJECT)
    return views.limits(_ledger(request, project_id), request.version)


def show(request: Request[ComputeServices]) -> Json:
    project_id = _project(request)
    return views.quota_set(_ledger(request, project_id), request.version, project_id)


def detail(request: Request[ComputeServices]) -> Json:
    project_id = _project(request)
    return views.quota_detail(_ledger(request, project_id), request.version, project_id)


def defaults(request: Request[ComputeServices]) -> Json:
    project_id = _project(request)
    with request.services.database.read() as tx:
        quota = reads.of_class(tx, reads.DEFAULT_CLASS, request.services.quota)
    return views.quota_set(views.Ledger(quota, Usage()), request.version, project_id)


def update(request: Request[ComputeServices]) -> Json:
    """Set limits; without ``force`` none may be below what is taken already."""
    project_id = _project(request)
    body = request.member("quota_set")
    wanted = {name: int(str(body[name])) for name in SETTABLE if name in body}
    ledger = _ledger(request, project_id)
    if str(body.get("force", "false")).lower() not in ("true", "1", "t", "on", "yes", "y"):
        for name, limit in wanted.items():
            used = ledger.in_use(name)
            if 0 <= limit < used:
                raise Invalid(f"Quota limit {limit} for {name} must be greater than or equal to already used and "
                              f"reserved {used}.", field=name)
    if wanted:
        request.services.database.transact(lambda tx: writes.set_project(tx, project_id, wanted))
    return views.quota_set(_ledger(request, project_id), request.version, None)


def delete(request: Request[ComputeServices]) -> None:
    project_id = _project(request)
    request.services.database.transact(lambda tx: writes.clear_project(tx, project_id))
