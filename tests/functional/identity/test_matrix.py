"""Every route, asked by somebody who is no administrator, about what is not its own."""

from __future__ import annotations

from typing import Any

import pytest

from nova_lite.api.identity.routes import ROUTES
from nova_lite.api.identity.services import IdentityServices
from nova_lite.api.routing import Route
from tests.functional.identity.cloud import IdentityCloud

# What everybody with a token may ask: for its own way about, and for regions, which are no secret.
ANYBODY = frozenset({
    "/v3/auth/catalog", "/v3/auth/projects", "/v3/auth/domains", "/v3/auth/system", "/v3/regions",
    "/v3/regions/{region_id}",
})
TOKENS = "/v3/auth/tokens"  # about the token in X-Subject-Token
GUARDED = [route for route in ROUTES if not route.public]


def _name(route: Route[IdentityServices]) -> str:
    return f"{route.method} {route.path}"


@pytest.fixture(scope="module")
def theirs(cloud: IdentityCloud, admin: str) -> dict[str, str]:
    """Records that are the administrators' and nobody else's."""
    me: Any = cloud.call(
        "GET", TOKENS.removeprefix("/v3"), token=admin, headers={"X-Subject-Token": admin}
    ).json["token"]
    made = {
        f"{noun}_id": str(cloud.create(noun, admin, name=f"their-{noun}")["id"]) for noun in ("group", "domain", "role")
    }
    made["service_id"] = str(cloud.create("service", admin, type="theirs")["id"])
    made["endpoint_id"] = str(cloud.create(
        "endpoint", admin, service_id=made["service_id"], interface="public", url="http://theirs/"
    )["id"])
    robots = f"/users/{me['user']['id']}/application_credentials"
    rule = {"service": "compute", "method": "GET", "path": "/"}
    theirs = {"application_credential": {"name": "theirs", "access_rules": [rule]}}
    robot = cloud.call("POST", robots, theirs, admin).json["application_credential"]
    return {
        **made, "user_id": me["user"]["id"], "project_id": me["project"]["id"], "implied_id": made["role_id"],
        "application_credential_id": robot["id"], "access_rule_id": robot["access_rules"][0]["id"],
        "region_id": "RegionOne", "tag": "tag",
    }


@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_who_is_no_administrator_is_let_in_only_to_what_is_everybodys(
    cloud: IdentityCloud, admin: str, member: str, theirs: dict[str, str], route: Route[IdentityServices]
) -> None:
    path = route.path.removeprefix("/v3").format(**theirs)
    body: object = {} if route.method in ("POST", "PATCH", "PUT") else None
    answer = cloud.call(route.method, path, body, member, {"X-Subject-Token": admin})
    open_to_all = route.path in ANYBODY and route.method in ("GET", "HEAD")
    assert answer.status == (200 if open_to_all else 403), answer
    assert cloud.call(route.method, path, body, "no token").status == 401
