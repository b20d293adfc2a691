"""What projects have used, and which hosts have been audited."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.times import epoch
from nova_lite.api.compute.views import usage as views
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid
from nova_lite.db.reads import hosts, instances
from nova_lite.objects.instance import Instance

_FOUR_WEEKS = 28 * 86400.0
_PATH = "os-simple-tenant-usage"


def _period(request: Request[ComputeServices]) -> views.Period:
    now = request.services.clock.now()
    start, end = epoch(request.query, "start"), epoch(request.query, "end")
    period = views.Period(now - _FOUR_WEEKS if start is None else start, now if end is None else end)
    if period.end < period.start:
        raise Invalid("Invalid start time. The start time cannot occur after the end time.", field="start")
    return period


def _page(request: Request[ComputeServices], period: views.Period, project_id: str | None) -> list[Instance]:
    paged = request.version >= v("2.40")
    filters = instances.InstanceFilters(project_id=project_id, deleted=None, used=(period.start, period.end))
    with request.services.database.read() as tx:
        return instances.page(
            tx, filters, sort=(("created_at", "asc"),), marker=request.query.one("marker") if paged else None,
            limit=page_size(request.query, request.services.page_size) if paged else None,
        )


def _links(request: Request[ComputeServices], page: list[Instance], path: str, key: str) -> dict[str, object]:
    full = request.version >= v("2.40") and page and (
        len(page) == page_size(request.query, request.services.page_size)
    )
    return {key: next_page(request.base_url, path, request.query, page[-1].uuid)} if full else {}


def index(request: Request[ComputeServices]) -> Json:
    period = _period(request)
    page = _page(request, period, None)
    by_project: dict[str, list[Instance]] = defaultdict(list)
    for server in page:
        by_project[server.project_id].append(server)
    full = request.query.one("detailed") == "1"
    shown = [views.project(project, servers, period, full=full) for project, servers in sorted(by_project.items())]
    return {"tenant_usages": shown, **_links(request, page, _PATH, "tenant_usages_links")}


def show(request: Request[ComputeServices]) -> Json:
    project_id = request.path["project_id"]
    request.authorize({"project_id": project_id, "user_id": request.context.user_id})
    period = _period(request)
    page = _page(request, period, project_id)
    shown = views.project(project_id, page, period, full=True) if page else {}
    return {"tenant_usage": shown, **_links(request, page, f"{_PATH}/{project_id}", "tenant_usage_links")}


def audits(request: Request[ComputeServices]) -> Json:
    return {"instance_usage_audit_logs": _audit(request, datetime.fromtimestamp(request.services.clock.now(), UTC))}


def audit_before(request: Request[ComputeServices]) -> Json:
    text = request.path["before"]
    try:
        before = datetime.strptime(text, "%Y-%m-%d %H:%M:%S" + (".%f" if "." in text else "")).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"Invalid timestamp for date {text}", field="before") from None
    return {"instance_usage_audit_log": _audit(request, before)}


def _audit(request: Request[ComputeServices], moment: datetime) -> dict[str, object]:
    """The last whole month before a moment. No host keeps such a log here: records are exact at any time."""
    ending = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if ending.year == 1:
        raise Invalid("There is no month before the year 1.", field="before")
    year, month = (ending.year - 1, 12) if ending.month == 1 else (ending.year, ending.month - 1)
    with request.services.database.read() as tx:
        names = [host.host for host in hosts.every(tx)]
    return {
        "hosts_not_run": names, "log": {}, "num_hosts": len(names), "num_hosts_done": 0,
        "num_hosts_not_run": len(names), "num_hosts_running": 0,
        "overall_status": f"0 of {len(names)} hosts done. 0 errors.",
        "period_beginning": f"{ending.replace(year=year, month=month):%Y-%m-%d %H:%M:%S}",
        "period_ending": f"{ending:%Y-%m-%d %H:%M:%S}", "total_errors": 0, "total_instances": 0,
    }
