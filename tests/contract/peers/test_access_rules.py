"""Our filter of keystonemiddleware holds a token to its access rules, whoever tells it of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import webob

from nova_lite.api.middleware.keystone import KeystoneTokens, options
from nova_lite.conf.api import KeystoneSettings
from nova_lite.core.ids import new_hex
from tests.clients.identity import IdentityClient

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

RULES = [{"service": "identity", "method": "GET", "path": "/things/{thing_id}"}]


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return webob.Response(text="hello")(environ, start_response)


def limited(identity: IdentityClient, admin: str) -> str:
    """A token of the administrator's, good for some requests."""
    mine = identity.call("GET", "/auth/tokens", token=admin, headers={"X-Subject-Token": admin})
    me = mine.json["token"]["user"]["id"]
    body: Any = {"application_credential": {"name": new_hex(), "access_rules": RULES}}
    made = identity.call("POST", f"/users/{me}/application_credentials", body, admin).json["application_credential"]
    proof = {"id": made["id"], "secret": made["secret"]}
    answer = identity.authenticate({"methods": ["application_credential"], "application_credential": proof})
    return answer.headers["X-Subject-Token"]


@pytest.mark.parametrize("service_type", ["identity", ""])
def test_a_limited_token_passes_where_its_rules_say_so(identity: IdentityClient, admin: str, service_type: str) -> None:
    settings = KeystoneSettings(auth_url=identity.url, username="admin", password=identity.admin_password,
                                project_name="admin", interface="public")
    # Of the services in a Keystone's catalog one is sure to be there.
    guarded = KeystoneTokens(hello, {**options(settings), "service_type": service_type})
    tokens = {"limited": limited(identity, admin), "whole": admin}

    def status(token: str, path: str, method: str = "GET") -> int:
        request = webob.Request.blank(path, method=method, headers={"X-Auth-Token": tokens[token]})
        return int(request.get_response(guarded).status_int)

    wanted = 200 if service_type else 401
    assert status("limited", "/things/1") == wanted
    others = ("/things",), ("/things/1", "PUT"), ("/things/1/2",)
    assert [status("limited", *other) for other in others] == [401] * 3
    assert status("whole", "/things") == 200
