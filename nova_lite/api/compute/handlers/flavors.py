"""Flavors, and who may use those that are not public."""

from __future__ import annotations

from typing import Literal

from nova_lite.api.compute.booleans import truth, truth_or
from nova_lite.api.compute.handlers.lookup import scope
from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.policies import flavors as rules
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import flavors as views
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Query, Request
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.core.ids import new_uuid
from nova_lite.db.reads import flavors as reads
from nova_lite.db.writes import flavors as writes
from nova_lite.objects.flavor import Flavor


def circumstances(request: Request[ComputeServices]) -> views.Circumstances:
    """What this caller may see."""
    allowed = {views.EXTRA_SPECS} if request.allows(rules.SPECS_INDEX) else set()
    return views.Circumstances(request.base_url, request.version, frozenset(allowed))


def flavor_of(request: Request[ComputeServices]) -> Flavor:
    """The flavor named in the path, as this caller's project sees it. Raises NotFound."""
    with request.services.database.read() as tx:
        return reads.get(tx, request.path["flavor_id"], scope(request))


def show(request: Request[ComputeServices]) -> Json:
    return views.show(flavor_of(request), circumstances(request))


def index(request: Request[ComputeServices]) -> Json:
    return _list(request, "flavors", full=False)


def detail(request: Request[ComputeServices]) -> Json:
    return _list(request, "flavors/detail", full=True)


def _list(request: Request[ComputeServices], path: str, *, full: bool) -> Json:
    query = request.query
    limit = page_size(query, request.services.page_size)
    direction: Literal["asc", "desc"] = "desc" if query.one("sort_dir") == "desc" else "asc"
    with request.services.database.read() as tx:
        page = reads.page(
            tx, _filters(request), sort=((query.one("sort_key") or "flavorid", direction),),
            marker=query.one("marker"), limit=limit,
        ) if limit else []
    answer: dict[str, object] = {"flavors": views.index(page, circumstances(request), full=full)}
    if limit and len(page) == limit:
        answer["flavors_links"] = next_page(request.base_url, path, query, page[-1].flavorid)
    return answer


def _filters(request: Request[ComputeServices]) -> reads.FlavorFilters:
    query = request.query
    # Only admins may ask for flavors that are not public; other people see those that they may use.
    is_public: bool | None = True
    visible_to = scope(request)
    if visible_to is not None:
        is_public = None
    elif (asked := query.one("is_public")) is not None:
        is_public = None if asked.lower() == "none" else truth(asked, "is_public")
    return reads.FlavorFilters(
        visible_to=visible_to, is_public=is_public, disabled=None if visible_to is None else False,
        min_memory_mb=_number(query, "minRam"), min_root_gb=_number(query, "minDisk"),
        name=query.one("name") if request.version >= v("2.102") else None,
    )


def _number(query: Query, name: str) -> int | None:
    text = query.one(name)
    return None if text is None else int(text)


def create(request: Request[ComputeServices]) -> Json:
    body = request.member("flavor")
    flavor = Flavor(
        flavorid=_flavorid(body),
        name=str(body["name"]),
        vcpus=int(str(body["vcpus"])),
        memory_mb=int(str(body["ram"])),
        root_gb=int(str(body["disk"])),
        ephemeral_gb=int(str(body.get("OS-FLV-EXT-DATA:ephemeral", 0))),
        swap=int(str(body.get("swap", 0))),
        rxtx_factor=float(str(body.get("rxtx_factor", 1.0))),
        is_public=truth_or(body.get("os-flavor-access:is_public"), "os-flavor-access:is_public", True),
        description=None if body.get("description") is None else str(body["description"]),
    )
    request.services.database.transact(lambda tx: writes.create(tx, flavor))
    return views.show(flavor, circumstances(request))


def _flavorid(body: dict[str, object]) -> str:
    given = body.get("id")
    return new_uuid() if given is None or given == "auto" else str(given)


def update(request: Request[ComputeServices]) -> Json:
    description = request.member("flavor")["description"]
    flavor_id = request.path["flavor_id"]
    request.services.database.transact(
        lambda tx: writes.set_description(tx, flavor_id, None if description is None else str(description))
    )
    return show(request)


def delete(request: Request[ComputeServices]) -> None:
    request.services.database.transact(lambda tx: writes.remove(tx, request.path["flavor_id"]))


def access(request: Request[ComputeServices]) -> Json:
    flavor = flavor_of(request)
    if flavor.is_public:
        raise NotFound("Access list not available for public flavors.", flavor=flavor.flavorid)
    return views.access(flavor)


def add_access(request: Request[ComputeServices]) -> Json:
    flavor, project = flavor_of(request), str(request.member("addTenantAccess")["tenant"])
    if flavor.is_public and request.version >= v("2.7"):
        raise Conflict("Can not add access to a public flavor.", flavor=flavor.flavorid)
    _known_project(project)
    request.services.database.transact(lambda tx: writes.add_project(tx, flavor.flavorid, project))
    return views.access(flavor_of(request))


def remove_access(request: Request[ComputeServices]) -> Json:
    flavor, project = flavor_of(request), str(request.member("removeTenantAccess")["tenant"])
    _known_project(project)
    request.services.database.transact(lambda tx: writes.remove_project(tx, flavor.flavorid, project))
    return views.access(flavor_of(request))


def _known_project(project: str) -> None:
    if len(project) > 64:
        raise Invalid(f"Project ID {project} is not a valid project.", field="tenant")
