"""A whole document: what there is to ask, grouped by path. Pure.

What OpenAPI has no words for is under ``x-openstack``: microversions as ``min-ver`` and ``max-ver``, the ``action``
that a body's one key names, the policy ``rule``, and by what the alternatives of a body differ (``discriminator``).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from nova_lite.api.microversions import VersionRange
from nova_lite.api.openapi import faults
from nova_lite.api.openapi.operations import Json, operation
from nova_lite.api.routing import Route

S = TypeVar("S")

VERSION_HEADER = "OpenStack-API-Version"

_VARIABLE = re.compile(r"{[^}]*}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Description:
    """``dialect`` is compute, identity, image or network; ``mount`` the path where it is served."""

    dialect: str
    mount: str
    versions: VersionRange | None = None


def document(description: Description, routes: Sequence[Route[S]]) -> Json:
    """The OpenAPI 3.1 document of a dialect's routes."""
    info: Json = {"title": f"nova-lite: {description.dialect}", "version": _version(description.versions)}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": description.mount}],
        "security": [{"token": []}],
        "paths": _paths(description, routes),
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}},
            "responses": faults.responses(description.dialect),
            "parameters": _headers(description.versions),
        },
    }


def _version(versions: VersionRange | None) -> str:
    return str(versions.maximum) if versions else "1"


def _headers(versions: VersionRange | None) -> Json:
    if versions is None:
        return {}
    described = f"The microversion: {versions.service} {versions.minimum} to {versions.maximum}, or latest."
    form = rf"^{versions.service} (latest|\d+\.\d+)$"
    return {VERSION_HEADER: {
        "name": VERSION_HEADER, "in": "header", "description": described, "schema": {"type": "string", "pattern": form},
        "x-openstack": {"min-ver": str(versions.minimum), "max-ver": str(versions.maximum)},
    }}


def _paths(description: Description, routes: Sequence[Route[S]]) -> Json:
    versioned = description.versions is not None
    paths: dict[str, dict[str, object]] = {}
    for path, methods in _grouped(routes).items():
        entry = paths[path] = {"parameters": _names(path, versioned)} if versioned or "{" in path else {}
        for method, alike in methods.items():
            entry[method.lower()] = operation(alike, versioned)
    return paths


def _grouped(routes: Sequence[Route[S]]) -> dict[str, dict[str, list[Route[S]]]]:
    # Two templates that differ in their names only are one path; the first gives the names, as the router does.
    spelled: dict[str, str] = {}
    grouped: dict[str, dict[str, list[Route[S]]]] = {}
    for route in routes:
        path = spelled.setdefault(_VARIABLE.sub("{}", route.path), route.path)
        grouped.setdefault(path, {}).setdefault(route.method, []).append(route)
    return grouped


def _names(path: str, versioned: bool) -> Sequence[Mapping[str, object]]:
    found = [
        {"name": name[1:-1], "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _VARIABLE.findall(path)
    ]
    header = [{"$ref": f"#/components/parameters/{VERSION_HEADER}"}] if versioned else []
    return [*found, *header]
