"""GET /health: is this process able to serve."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
import webob

from nova_lite.api.services import HealthCheck, services_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class Health:
    """200 ``{"status": "ok"}``, or 503 naming each part that fails."""

    def __init__(self, check: HealthCheck) -> None:
        self._check = check

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        failing = dict(self._check())
        document = {"status": "failing", "failing": failing} if failing else {"status": "ok"}
        response = webob.Response(
            status=503 if failing else 200, body=msgspec.json.encode(document), content_type="application/json"
        )
        return response(environ, start_response)


def app_factory(global_conf: dict[str, object], **_: str) -> Health:
    """Paste application."""
    return Health(services_of(global_conf).health)
