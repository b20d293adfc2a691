"""Every route with every role: who is let in, and who is not."""

from __future__ import annotations

import json

import pytest
import webob

from nova_lite.api.compute.handlers import retired
from nova_lite.api.compute.policies import (
    accounting,
    flavors,
    groups,
    instance_actions,
    key_pairs,
    limits,
    networks,
    not_offered,
    server_actions,
    server_interfaces,
    servers,
    services,
)
from nova_lite.api.compute.routes import ROUTES
from nova_lite.api.routing import Route
from tests.functional.api.cloud import PROJECT, ComputeCloud

ANYBODY = frozenset({
    flavors.INDEX, limits.LIMITS, limits.DEFAULTS, services.EXTENSIONS, key_pairs.INDEX, key_pairs.CREATE,
    key_pairs.SHOW, key_pairs.DELETE, None,
})
READERS = frozenset({
    server_interfaces.LIST, server_interfaces.SHOW,
    not_offered.ATTACHMENTS_LIST, not_offered.ATTACHMENTS_SHOW, not_offered.VOLUMES_LIST, not_offered.VOLUMES_DETAIL,
    not_offered.VOLUMES_SHOW, not_offered.SNAPSHOTS_LIST, not_offered.SNAPSHOTS_DETAIL, not_offered.SNAPSHOTS_SHOW,
    not_offered.SHARES_LIST, not_offered.SHARES_SHOW,
    servers.INDEX, servers.DETAIL, servers.SHOW, servers.METADATA_INDEX, servers.METADATA_SHOW, servers.TAGS_INDEX,
    servers.TAGS_SHOW, instance_actions.LIST, instance_actions.SHOW, flavors.SPECS_INDEX, flavors.SPECS_SHOW,
    limits.SHOW, limits.DETAIL, services.ZONES_LIST, accounting.USAGE_SHOW, accounting.TOPOLOGY,
    accounting.PASSWORD_SHOW, accounting.ADDRESSES, accounting.ADDRESSES_SHOW, groups.GROUP_LIST,
    groups.GROUP_SHOW, networks.NETWORKS_LIST, networks.NETWORKS_SHOW, networks.TENANT_LIST, networks.TENANT_SHOW,
    networks.POOLS, networks.FLOATING_LIST, networks.GROUPS_GET, networks.GROUPS_LIST,
})
MEMBERS = frozenset({
    server_interfaces.CREATE, server_interfaces.DELETE,
    not_offered.ATTACHMENTS_CREATE, not_offered.ATTACHMENTS_UPDATE, not_offered.ATTACHMENTS_DELETE,
    not_offered.VOLUMES_CREATE, not_offered.VOLUMES_DELETE, not_offered.SNAPSHOTS_CREATE,
    not_offered.SNAPSHOTS_DELETE, not_offered.SHARES_CREATE, not_offered.SHARES_DELETE,
    accounting.PASSWORD_CLEAR, groups.GROUP_CREATE, groups.GROUP_DELETE,
    networks.FLOATING_CREATE, networks.FLOATING_ADD, networks.FLOATING_REMOVE, networks.GROUPS_CREATE,
    networks.GROUPS_ADD, networks.GROUPS_REMOVE,
    servers.CREATE, servers.DELETE, servers.UPDATE, servers.METADATA_CREATE, servers.METADATA_UPDATE,
    servers.METADATA_UPDATE_ALL, servers.METADATA_DELETE, servers.TAGS_UPDATE, servers.TAGS_UPDATE_ALL,
    servers.TAGS_DELETE, servers.TAGS_DELETE_ALL, server_actions.PAUSE, server_actions.UNPAUSE, server_actions.STOP,
    server_actions.START, server_actions.REBOOT, server_actions.LOCK, server_actions.UNLOCK,
    server_actions.CONSOLE_OUTPUT, server_actions.SUSPEND, server_actions.RESUME, server_actions.CRASH_DUMP,
    server_actions.REBUILD, server_actions.CREATE_IMAGE, server_actions.CREATE_BACKUP, server_actions.RESIZE,
    server_actions.CONFIRM_RESIZE, server_actions.REVERT_RESIZE, server_actions.RESCUE, server_actions.UNRESCUE,
    server_actions.SHELVE, server_actions.UNSHELVE, server_actions.PASSWORD, server_actions.CONSOLES,
    server_actions.FORCE_DELETE, server_actions.RESTORE,
})
# Nobody has a token and no role; each of the others is what the one before is, and more. Whatever is not named above
# is for admins.
LADDER = ("nobody", "reader", "member", "admin")
# The cloud of these tests has no image records, no network service and no server group to be asked for.
ELSEWHERE = ("/images/", "/os-server-groups/", "/os-floating-ips/", "/os-security-groups/", "/os-security-group-rules")
GUARDED = [
    route for route in ROUTES
    if not route.public and not route.path.startswith(ELSEWHERE) and route.handler is not retired.gone
]


def _lowest(rule: str | None) -> str:
    if rule in ANYBODY:
        return "nobody"
    return "reader" if rule in READERS else "member" if rule in MEMBERS else "admin"


def _name(route: Route[object]) -> str:
    return f"{route.method} {route.path} {route.action or ''}".strip()


@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_a_route_lets_in_whom_it_should(refuser: ComputeCloud, known: str, route: Route[object]) -> None:
    path = route.path.replace("{server_id}", known).replace("{project_id}", PROJECT).replace("{flavor_id}", "1")
    for role in LADDER:
        request = webob.Request.blank(
            "/compute/v2.1" + path.replace("{", "").replace("}", ""), method=route.method,
            content_type="application/json",
            headers={"X-Auth-Token": f"{role}@{PROJECT}", "OpenStack-API-Version": f"compute {route.until or '2.104'}"},
            # A body that only its action's name says something with: who is let in is refused for it.
            body=json.dumps({route.action: {"x": 1}} if route.action else {"x": 1}).encode(),
        )
        expected = LADDER.index(role) >= LADDER.index(_lowest(route.rule))
        answer = refuser.send(request)
        assert answer.status < 500 or answer.status in (501, 503)  # no network service, no host that answers
        if route.late and route.body is not None and answer.status == 400:
            continue  # a late route looks at the body before it knows whose server it is
        assert (answer.status != 403) == expected, (role, answer.status, answer.body)


@pytest.mark.parametrize("role", ["admin", "member"])
def test_a_token_without_a_project_is_let_in_nowhere(refuser: ComputeCloud, role: str) -> None:
    for method, path in (("GET", "/servers"), ("GET", "/flavors"), ("POST", "/servers"), ("GET", "/limits")):
        assert refuser.ask(method, path, token=f"{role}@").status == 403


@pytest.fixture(scope="module")
def known(refuser: ComputeCloud) -> str:
    """A server that is there."""
    return refuser.active()
