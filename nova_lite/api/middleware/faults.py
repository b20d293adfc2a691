"""Errors become answers here, in the dialect's format: the one place that catches whatever comes."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

import webob

from nova_lite.api.environ import request_id_of
from nova_lite.api.faults import RENDERERS, Renderer, status_of
from nova_lite.api.services import services_of
from nova_lite.core.errors import NovaLiteError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger(__name__)


class Faults:
    """Renders errors of ours by their kind; anything else is logged with the request's id and told as a 500."""

    def __init__(self, application: WSGIApplication, renderer: Renderer, auth_url: str) -> None:
        self._application = application
        self._renderer = renderer
        self._auth_url = auth_url

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return self._application(environ, start_response)
        except NovaLiteError as error:
            response = self._known(environ, error)
        except Exception:
            LOG.exception("%s ended in an unexpected error", request_id_of(environ))
            response = self._render(environ, 500, _apology(environ))
        return response(environ, start_response)

    def _known(self, environ: WSGIEnvironment, error: NovaLiteError) -> webob.Response:
        status = status_of(error)
        if status == 500:
            LOG.error("%s: %s: %s", request_id_of(environ), type(error).__name__, error.message)
            return self._render(environ, 500, _apology(environ))
        response = self._render(environ, status, error.message, str(error.details.get("type", "")))
        if status == 401:
            response.headers["WWW-Authenticate"] = f'Keystone uri="{self._auth_url}"'
        if status == 405:
            response.headers["Allow"] = str(error.details.get("allow", ""))
        return response

    def _render(self, environ: WSGIEnvironment, status: int, message: str, kind: str = "") -> webob.Response:
        fault = self._renderer(status, message, environ.get("HTTP_ACCEPT"), kind)
        return webob.Response(status=status, body=fault.body, content_type=None,
                              headerlist=[("Content-Type", fault.content_type)])


def _apology(environ: WSGIEnvironment) -> str:
    request_id = request_id_of(environ)
    return f"An unexpected error prevented the server from answering. Its log tells more under {request_id}."


def filter_factory(global_conf: dict[str, object], dialect: str, **_: str) -> object:
    """Paste filter; ``dialect`` names the format: compute, identity, image or network."""
    services = services_of(global_conf)
    auth_url = services.identity if isinstance(services.identity, str) else f"{services.frame.public_url}/identity"

    def wrap(application: WSGIApplication) -> Faults:
        return Faults(application, RENDERERS[dialect], auth_url)

    return wrap
