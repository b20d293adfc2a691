"""X-Auth-Token becomes a request context. Whether one is needed is the route's affair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nova_lite.api.environ import CONTEXT, request_id_of
from nova_lite.api.services import TokenValidator, services_of
from nova_lite.conf.api import KeystoneSettings
from nova_lite.core.errors import NotFound, Unauthenticated

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class AuthToken:
    """A valid token's context goes into the environment; a missing or invalid one leaves it empty."""

    def __init__(self, application: WSGIApplication, tokens: TokenValidator) -> None:
        self._application = application
        self._tokens = tokens

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        token = environ.get("HTTP_X_AUTH_TOKEN")
        environ.pop(CONTEXT, None)
        if token:
            try:
                environ[CONTEXT] = self._tokens.validate(str(token), request_id_of(environ))
            except (Unauthenticated, NotFound):
                pass
        return self._application(environ, start_response)


def filter_factory(global_conf: dict[str, object], **_: str) -> object:
    """Paste filter; tokens are validated by the embedded identity service."""
    tokens = services_of(global_conf).tokens
    if isinstance(tokens, KeystoneSettings):
        raise LookupError("this filter is for [api] auth_strategy = embedded")

    def wrap(application: WSGIApplication) -> AuthToken:
        return AuthToken(application, tokens)

    return wrap
