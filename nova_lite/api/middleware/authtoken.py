"""X-Auth-Token becomes a request context. Whether one is needed is the route's affair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from nova_lite.api.environ import CONTEXT, request_id_of
from nova_lite.api.services import TokenValidator, services_of
from nova_lite.conf.api import KeystoneSettings
from nova_lite.core.errors import NotFound, Unauthenticated
from nova_lite.identity.access_rules import Asked

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


_PLAIN = "/~!$&'()*+,;=:@"  # what stands in a path as it is


class AuthToken:
    """A valid token's context goes into the environment; a missing or invalid one leaves it empty.

    ``service_type``: what the catalog, and therefore an access rule, calls the dialect behind.
    """

    def __init__(self, application: WSGIApplication, tokens: TokenValidator, service_type: str) -> None:
        self._application = application
        self._tokens = tokens
        self._service_type = service_type

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        token = environ.get("HTTP_X_AUTH_TOKEN")
        environ.pop(CONTEXT, None)
        if token:
            try:
                environ[CONTEXT] = self._tokens.validate(str(token), request_id_of(environ), self._asked(environ))
            except (Unauthenticated, NotFound):
                pass
        return self._application(environ, start_response)

    def _asked(self, environ: WSGIEnvironment) -> Asked:
        path = str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))
        escaped = quote(path.encode("latin-1"), safe=_PLAIN)  # whether it is text at all is found out further in
        return Asked(service=self._service_type, method=str(environ["REQUEST_METHOD"]), path=escaped)


def filter_factory(global_conf: dict[str, object], service_type: str = "", **_: str) -> object:
    """Paste filter; tokens are validated by the embedded identity service.

    Without a ``service_type`` tokens that are good for some requests only are refused.
    """
    tokens = services_of(global_conf).tokens
    if isinstance(tokens, KeystoneSettings):
        raise LookupError("this filter is for [api] auth_strategy = embedded")

    def wrap(application: WSGIApplication) -> AuthToken:
        return AuthToken(application, tokens, service_type)

    return wrap
