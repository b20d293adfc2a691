"""A Keystone validates tokens: keystonemiddleware asks it, and what it found becomes the request's context.

Only a request that brings a token is asked about, and a token that Keystone does not know is refused here, as is
everybody while Keystone is away (503): keystonemiddleware could leave the decision to the route, but then would tell
who comes while Keystone is away that his token is bad. A request without a token goes on without a context.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from keystonemiddleware import auth_token

from nova_lite.api.environ import CONTEXT, request_id_of
from nova_lite.api.services import services_of
from nova_lite.conf.api import KeystoneSettings
from nova_lite.core.context import RequestContext

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONFIRMED = "Confirmed"


def options(settings: KeystoneSettings) -> dict[str, Any]:
    """What keystonemiddleware wants to know. An empty text is its own default.

    It needs the catalog of each token: without one it fails on tokens that have access rules.
    """
    given = {name: value for name, value in dataclasses.asdict(settings).items() if value != ""}
    lists = {name: ",".join(value) for name, value in given.items() if isinstance(value, tuple)}
    fixed = {"auth_type": "password", "include_service_catalog": True}
    return {**given, **lists, "www_authenticate_uri": settings.www_authenticate_uri or settings.auth_url, **fixed}


def context_of_headers(environ: WSGIEnvironment) -> RequestContext | None:
    """Who asks, by the headers that keystonemiddleware set after it took away those that came."""

    def header(name: str) -> str:
        # Of what a token does not say, keystonemiddleware sets None: no project is no project called None.
        return str(environ.get(f"HTTP_X_{name}") or "")

    if header("IDENTITY_STATUS") != CONFIRMED:
        return None
    return RequestContext(
        request_id=request_id_of(environ), user_id=header("USER_ID"), user_name=header("USER_NAME"),
        project_id=header("PROJECT_ID"), project_name=header("PROJECT_NAME"),
        roles=tuple(role.strip() for role in header("ROLES").split(",") if role.strip()),
    )


class KeystoneTokens:
    """The filter. ``given``: see :func:`options`."""

    def __init__(self, application: WSGIApplication, given: dict[str, Any]) -> None:
        self._application = application
        self._checked = auth_token.AuthProtocol(self._admitted, given)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.pop(CONTEXT, None)
        if not environ.get("HTTP_X_AUTH_TOKEN"):
            return self._application(environ, start_response)
        answer: Iterable[bytes] = self._checked(environ, start_response)
        return answer

    def _admitted(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        context = context_of_headers(environ)
        if context is not None:
            environ[CONTEXT] = context
        return self._application(environ, start_response)


def filter_factory(global_conf: dict[str, object], **more: str) -> object:
    """Paste filter; options of the section go to keystonemiddleware as they are."""
    settings = services_of(global_conf).tokens
    if not isinstance(settings, KeystoneSettings):
        raise LookupError("this filter is for [api] auth_strategy = keystone")
    given = {**options(settings), **more}

    def wrap(application: WSGIApplication) -> KeystoneTokens:
        return KeystoneTokens(application, dict(given))

    return wrap
