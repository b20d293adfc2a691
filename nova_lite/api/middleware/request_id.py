"""The outermost filter: every request has an id, and every answer tells it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

import webob

from nova_lite.api.environ import REQUEST_ID, reply_headers_of
from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.ids import is_request_id, new_request_id

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger(__name__)


class RequestId:
    """Gives the id, adds the headers that filters and dialects asked for, and logs one line per request.

    A client's own X-OpenStack-Request-ID is the global id: it is logged beside ours and never replaces it.
    """

    def __init__(self, application: WSGIApplication, legacy_header: str, clock: Clock) -> None:
        self._application = application
        self._legacy_header = legacy_header
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = self._clock.monotonic()
        request_id = new_request_id()
        environ[REQUEST_ID] = request_id
        http = webob.Request(environ)
        response = http.get_response(self._application)
        for name, value in reply_headers_of(environ).items():
            response.headers[name] = value
        response.headers["X-OpenStack-Request-ID"] = request_id
        if self._legacy_header:
            response.headers[self._legacy_header] = request_id
        self._log(http, response.status_int, request_id, self._clock.monotonic() - started)
        return response(environ, start_response)

    def _log(self, http: webob.Request, status: int, request_id: str, seconds: float) -> None:
        outer = http.headers.get("X-OpenStack-Request-ID", "")
        LOG.info(
            "%s %s %r %d in %.1f ms%s", request_id, http.method, http.environ.get("PATH_INFO", ""), status,
            seconds * 1000, f", global {outer}" if is_request_id(outer) else "",
        )


def filter_factory(global_conf: dict[str, object], legacy_header: str = "", **_: str) -> object:
    """Paste filter; ``legacy_header`` is an older name of the header to send as well."""

    def wrap(application: WSGIApplication) -> RequestId:
        return RequestId(application, legacy_header, SystemClock())

    return wrap
