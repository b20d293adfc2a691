"""Limits of projects."""

from __future__ import annotations

import re

from nova_lite.api.network.services import NetworkRequest
from nova_lite.api.request import Json
from nova_lite.core.errors import Invalid
from nova_lite.network.quotas import RESOURCES, as_dict

_LIMIT = re.compile(r"-1|[0-9]{1,10}", re.ASCII)


def index(request: NetworkRequest) -> Json:
    """Of the projects that have limits of their own."""
    request.authorize({"project_id": None})
    every = request.services.networking.quotas.every()
    return {"quotas": [
        as_dict(quota) | {"project_id": project, "tenant_id": project} for project, quota in every.items()
    ]}


def show(request: NetworkRequest) -> Json:
    project = _project(request)
    return {"quota": as_dict(request.services.networking.quotas.show(project))}


def details(request: NetworkRequest) -> Json:
    """Limits with what is used of them."""
    project = _project(request)
    quotas = request.services.networking.quotas
    used, limits = quotas.used(project), as_dict(quotas.show(project))
    return {"quota": {
        name: {"limit": limit, "used": used.get(name, 0), "reserved": 0} for name, limit in limits.items()
    }}


def defaults(request: NetworkRequest) -> Json:
    _project(request)
    return {"quota": as_dict(request.services.networking.quotas.configured)}


def own(request: NetworkRequest) -> Json:
    """Which project the caller's quota is."""
    project = request.context.project_id
    return {"tenant": {"tenant_id": project, "project_id": project}}


def update(request: NetworkRequest) -> Json:
    project = _project(request)
    body = request.body.get("quota")
    if not isinstance(body, dict):
        raise Invalid("Unable to find 'quota' in request body", field="quota")
    wanted = {
        name: value for name, value in body.items() if name not in ("project_id", "tenant_id", "force", "check_limit")
    }
    limits = {name: _limit(name, value) for name, value in wanted.items()}
    return {"quota": as_dict(request.services.networking.quotas.update(project, limits))}


def reset(request: NetworkRequest) -> None:
    request.services.networking.quotas.reset(_project(request))


def _project(request: NetworkRequest) -> str:
    project = request.path["project_id"]
    request.authorize({"project_id": project})
    if len(project) > 64:
        raise Invalid(f"Project {project[:64]}... is none: an id has at most 64 characters.", field="project_id")
    return project


def _limit(name: str, value: object) -> int:
    if name not in RESOURCES:
        raise Invalid(f"Unrecognized attribute(s) '{name}'", field=name)
    text = str(value)
    if isinstance(value, bool) or not _LIMIT.fullmatch(text) or int(text) > 2147483647:
        raise Invalid(f"Invalid input for {name}. Reason: '{text}' is not a limit: -1 to 2147483647.", field=name)
    return int(text)
