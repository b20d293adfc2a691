"""The report card: every route that changes something is told of, by itself or by the operation that it begins."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from nova_lite.api.announcement import event_type, words
from nova_lite.api.compute.app import ELSEWHERE
from nova_lite.api.compute.app import ROUTES as COMPUTE
from nova_lite.api.identity.routes import ROUTES as IDENTITY
from nova_lite.api.image.app import ROUTES as IMAGE
from nova_lite.api.network.app import ROUTES as NETWORK
from nova_lite.api.routing import Route
from nova_lite.notifications.operations import event_type as operation_event
from nova_lite.objects.states import Action

READS = {
    "server.get_console_output", "server.get_vncconsole", "server.get_spiceconsole", "server.get_rdpconsole",
    "server.get_serial_console", "server.remote_console.create",
}


def changing() -> list[Route[Any]]:
    every: list[Route[Any]] = list(chain(COMPUTE, IDENTITY, IMAGE, NETWORK))
    return [route for route in every if route.method not in ("GET", "HEAD")]


def test_every_change_has_an_event() -> None:
    assert [f"{route.method} {route.path}" for route in changing() if event_type(route) is None] == []
    names = [event_type(route) or "" for route in changing()]
    assert [name for name in names if not name.replace(".", "").replace("_", "").isalnum() or "." not in name] == []


def test_what_is_told_of_elsewhere_is_an_operation_or_no_change() -> None:
    operations = {f"server.{words(action)}" for action in Action} | {"server.force_delete"}
    assert set(ELSEWHERE) == READS | operations
    assert all(operation_event(action, "start") for action in Action)


@pytest.mark.parametrize(("method", "path", "action", "expected"), [
    ("POST", "/flavors", None, "flavor.create"), ("PUT", "/servers/{server_id}", None, "server.update"),
    ("DELETE", "/servers/{server_id}/metadata/{key}", None, "server.metadata.delete"),
    ("POST", "/os-security-groups", None, "security_group.create"),
    ("PATCH", "/v3/users/{user_id}", None, "user.update"),
    ("POST", "/flavors/{flavor_id}/os-extra_specs", None, "flavor.extra_specs.create"),
    ("POST", "/servers/{server_id}/action", "os-resetState", "server.reset_state"),
    ("POST", "/servers/{server_id}/action", "addSecurityGroup", "server.add_security_group"),
    ("GET", "/servers", None, None),
])
def test_events_are_named_by_their_routes(method: str, path: str, action: str | None, expected: str | None) -> None:
    route: Route[None] = Route(method=method, path=path, action=action, handler=lambda request: None)
    assert event_type(route) == expected
