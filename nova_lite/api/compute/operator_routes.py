"""The part of the map that operators and other services use, and what is looked up about one server."""

from __future__ import annotations

from nova_lite.api.compute.handlers import (
    compute_hosts,
    external_events,
    migrations,
    quota_classes,
    server_insights,
    usage,
)
from nova_lite.api.compute.policies import accounting as rules
from nova_lite.api.compute.policies import hosts as host_rules
from nova_lite.api.compute.schemas import accounting as schemas
from nova_lite.api.compute.schemas import hosts as host_schemas
from nova_lite.api.compute.schemas.types import NO_QUERY
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import ByVersion, v
from nova_lite.api.routing import Handler, Route
from nova_lite.api.validation import Schema

R = Route[ComputeServices]
H = Handler[ComputeServices]
Query = ByVersion[Schema] | Schema

_HOST = "/os-hosts/{host}"
_LAST_HOSTS = v("2.42")
_SERVER = "/servers/{server_id}"
_MIGRATIONS = _SERVER + "/migrations"
_MIGRATION = _MIGRATIONS + "/{migration_id}"
_CLASS = "/os-quota-class-sets/{quota_class}"


def _get(path: str, handler: H, rule: str, query: Query = NO_QUERY, *, late: bool = False) -> R:
    return Route(method="GET", path=path, handler=handler, rule=rule, query=query, late=late)


def _host(path: str, handler: H, rule: str, query: Query | None = None) -> R:
    return Route(method="GET", path=path, handler=handler, rule=rule, query=query, until=_LAST_HOSTS)


HOSTS: tuple[R, ...] = (
    _host("/os-hosts", compute_hosts.index, host_rules.LIST, host_schemas.LIST_QUERY),
    _host(_HOST, compute_hosts.show, host_rules.SHOW),
    Route(method="PUT", path=_HOST, handler=compute_hosts.update, rule=host_rules.UPDATE, body=host_schemas.UPDATE,
          until=_LAST_HOSTS),
    _host(_HOST + "/reboot", compute_hosts.power, host_rules.REBOOT),
    _host(_HOST + "/shutdown", compute_hosts.power, host_rules.SHUTDOWN),
    _host(_HOST + "/startup", compute_hosts.power, host_rules.START),
)

ACCOUNTING: tuple[R, ...] = (
    _get("/os-simple-tenant-usage", usage.index, rules.USAGE_LIST, schemas.USAGE_QUERY),
    _get("/os-simple-tenant-usage/{project_id}", usage.show, rules.USAGE_SHOW, schemas.ONE_USAGE_QUERY, late=True),
    _get("/os-instance_usage_audit_log", usage.audits, rules.AUDIT_LIST),
    _get("/os-instance_usage_audit_log/{before}", usage.audit_before, rules.AUDIT_SHOW),
    _get(_CLASS, quota_classes.show, rules.CLASS_SHOW),
    Route(method="PUT", path=_CLASS, handler=quota_classes.update, rule=rules.CLASS_UPDATE, body=schemas.CLASS_UPDATE),
    Route(method="POST", path="/os-server-external-events", handler=external_events.create, rule=rules.EVENTS,
          body=schemas.EVENTS),
    _get("/os-migrations", migrations.index, rules.MIGRATIONS, schemas.MIGRATIONS_QUERY),
)

SERVERS: tuple[R, ...] = (
    _get(_SERVER + "/ips", server_insights.addresses, rules.ADDRESSES, late=True),
    _get(_SERVER + "/ips/{network}", server_insights.addresses_in, rules.ADDRESSES_SHOW, late=True),
    _get(_SERVER + "/os-server-password", server_insights.password, rules.PASSWORD_SHOW, late=True),
    Route(method="DELETE", path=_SERVER + "/os-server-password", handler=server_insights.clear_password,
          rule=rules.PASSWORD_CLEAR, late=True, success=204),
    _get(_SERVER + "/diagnostics", server_insights.diagnostics, rules.DIAGNOSTICS, late=True),
    Route(method="GET", path=_SERVER + "/topology", handler=server_insights.topology, rule=rules.TOPOLOGY, late=True,
          since=v("2.78"), query=NO_QUERY),
    Route(method="GET", path=_MIGRATIONS, handler=migrations.of_server, rule=rules.SERVER_MIGRATIONS, late=True,
          since=v("2.23"), query=NO_QUERY),
    Route(method="GET", path=_MIGRATION, handler=migrations.one_of_server, rule=rules.SERVER_MIGRATION, late=True,
          since=v("2.23"), query=NO_QUERY),
    Route(method="DELETE", path=_MIGRATION, handler=migrations.change_of_server, rule=rules.MIGRATION_ABORT, late=True,
          success=202, since=v("2.24")),
    Route(method="POST", path=_MIGRATION + "/action", action="force_complete", handler=migrations.change_of_server,
          rule=rules.MIGRATION_FORCE, late=True, success=202, since=v("2.22"), body=schemas.FORCE_COMPLETE),
)

ROUTES: tuple[R, ...] = (*HOSTS, *ACCOUNTING, *SERVERS)
