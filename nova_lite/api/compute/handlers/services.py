"""The registry of daemons: list, switch, forget."""

from __future__ import annotations

import logging

from nova_lite.api.compute.booleans import truth_or
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import services as views
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, Invalid, NotFound, Unavailable
from nova_lite.core.ids import is_uuid
from nova_lite.db.reads import instances
from nova_lite.db.reads import services as reads
from nova_lite.db.writes import hosts
from nova_lite.db.writes import services as registry
from nova_lite.objects.host import HostState
from nova_lite.objects.service import ServiceRecord

LOG = logging.getLogger(__name__)

COMPUTE = "nova-compute"

# Before 2.53 the path names the change, and the body host and binary: what is changed, and what is answered.
_BY_NAME = {
    "enable": ({"enabled": True}, ("host", "binary", "status")),
    "disable": ({"enabled": False}, ("host", "binary", "status")),
    "disable-log-reason": ({"enabled": False}, ("host", "binary", "status", "disabled_reason")),
    "force-down": ({}, ("host", "binary", "forced_down")),
}


def index(request: Request[ComputeServices]) -> Json:
    with request.services.database.read() as tx:
        found = reads.page(tx, host=request.query.one("host"), binary=request.query.one("binary"))
    now = request.services.clock.now()
    return {"services": [
        views.show(service, now, request.services.down_after, request.version) for service in found
    ]}


def update(request: Request[ComputeServices]) -> Json:
    if request.version < v("2.53"):
        return _update_by_name(request)
    service = _one(request)
    status, reason = request.body.get("status"), request.body.get("disabled_reason")
    if reason is not None and status != "disabled":
        raise Invalid("Specifying disabled_reason requires that status is disabled.", field="disabled_reason")
    enabled = None if status is None else status == "enabled"
    forced = request.body.get("forced_down")
    changed = _switch(request, service, enabled, None if reason is None else str(reason),
                      None if forced is None else truth_or(forced, "forced_down", False))
    now = request.services.clock.now()
    return {"service": views.show(changed, now, request.services.down_after, request.version)}


def _update_by_name(request: Request[ComputeServices]) -> Json:
    verb = request.path["service_id"]
    if verb not in _BY_NAME or (verb == "force-down" and request.version < v("2.11")):
        raise NotFound(f"Unknown action {verb}", action=verb)
    host, binary = str(request.body["host"]), str(request.body["binary"])
    if binary != COMPUTE:
        raise Invalid(f"Updating a {binary} service is not supported. Only {COMPUTE} services can be updated.",
                      field="binary")
    with request.services.database.read() as tx:
        found = reads.page(tx, host=host, binary=binary)
    if not found:
        raise NotFound(f"Could not find binary {binary} on host {host}.", host=host, binary=binary)
    reason = request.body.get("disabled_reason")
    if verb == "disable-log-reason" and not reason:
        raise Invalid("Missing disabled reason field", field="disabled_reason")
    switch, keys = _BY_NAME[verb]
    forced = truth_or(request.body.get("forced_down"), "forced_down", True) if verb == "force-down" else None
    changed = _switch(request, found[0], switch.get("enabled"), str(reason) if reason else None, forced)
    return views.changed(changed, keys)


def delete(request: Request[ComputeServices]) -> None:
    """Forget a daemon; not a compute that still has servers."""
    service = _one(request)
    with request.services.database.read() as tx:
        servers = instances.on_host(tx, service.host) if service.binary == COMPUTE else []
    if servers:
        raise Conflict("Unable to delete compute service that is hosting instances. Migrate or delete the instances "
                       "first.", host=service.host)
    request.services.database.transact(lambda tx: registry.remove(tx, service.uuid))


def _one(request: Request[ComputeServices]) -> ServiceRecord:
    service_id = request.path["service_id"]
    if request.version >= v("2.53") and not is_uuid(service_id):
        raise Invalid(f"Invalid uuid {service_id}", field="service_id")
    with request.services.database.read() as tx:
        if is_uuid(service_id):
            return reads.get(tx, service_id)
        for service in reads.page(tx):
            if str(service.id) == service_id:
                return service
    raise NotFound(f"Service {service_id} not found.", service=service_id)


def _switch(
    request: Request[ComputeServices], service: ServiceRecord, enabled: bool | None, reason: str | None,
    forced_down: bool | None,
) -> ServiceRecord:
    now = request.services.clock.now()
    if service.binary != COMPUTE:
        request.services.database.transact(lambda tx: registry.set_state(
            tx, service.uuid, now, enabled=enabled, disabled_reason=reason, forced_down=forced_down
        ))
    else:
        switch_host(request, service.host, enabled, reason, forced_down)
    with request.services.database.read() as tx:
        return reads.get(tx, service.uuid)


def switch_host(
    request: Request[ComputeServices], host: str, enabled: bool | None, reason: str | None, forced_down: bool | None
) -> None:
    """Switch a compute host; what is None stays. Schedulers hear of it at once, if they can be reached."""
    now, database = request.services.clock.now(), request.services.database
    state: HostState | None = None
    if enabled is not None:
        state = database.transact(lambda tx: hosts.set_enabled(tx, host, enabled, reason or "", now))
    if forced_down is not None:
        state = database.transact(lambda tx: hosts.set_forced_down(tx, host, forced_down, now))
    if state is None:
        return
    try:
        request.services.scheduler.host_changed(request.context, state)
    except Unavailable as error:
        LOG.warning("schedulers hear of the change of %s with its next report only: %s", host, error)
