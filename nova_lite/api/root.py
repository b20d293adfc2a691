"""GET /: which services live here, and where."""

from __future__ import annotations

from nova_lite.api.dialect import Dialect, Frame
from nova_lite.api.request import Json, Request
from nova_lite.api.routing import Route
from nova_lite.api.services import services_of

PREFIXES = {"identity": "/identity/v3", "compute": "/compute/v2.1", "image": "/image/v2"}


def show(request: Request[None]) -> Json:
    """A list of services with links, in the form of a version list."""
    base = request.base_url
    return {
        "versions": [
            {"id": service, "status": "CURRENT", "links": [{"rel": "self", "href": f"{base}{prefix}"}]}
            for service, prefix in PREFIXES.items()
        ]
    }


ROUTES: tuple[Route[None], ...] = (Route(method="GET", path="/", handler=show, public=True),)


def application(frame: Frame) -> Dialect[None]:
    """The application at ``/``."""
    return Dialect(ROUTES, None, frame)


def app_factory(global_conf: dict[str, object], **_: str) -> Dialect[None]:
    """Paste application."""
    return application(services_of(global_conf).frame)
