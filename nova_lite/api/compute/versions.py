"""Version documents of the compute dialect, as clients discover it. None of them needs a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from nova_lite.api.dialect import Dialect, Frame
from nova_lite.api.microversions import VersionRange, v
from nova_lite.api.request import Json, Reply, Request
from nova_lite.api.routing import Route
from nova_lite.api.services import services_of
from nova_lite.core.errors import NotFound

S = TypeVar("S")

VERSIONS = VersionRange("compute", "X-OpenStack-Nova-API-Version", v("2.1"), v("2.104"))

_MEDIA_TYPE = "application/vnd.openstack.compute+json;version="
# When Nova settled each; clients show it, nothing depends on it.
_UPDATED = {"v2.0": "2011-01-21T11:33:21Z", "v2.1": "2013-07-23T11:33:21Z"}


def entry(root: str, name: str) -> dict[str, object]:
    """One version, ``v2.0`` or ``v2.1``, as a list shows it; ``root`` is where ``/compute`` is."""
    current = name == "v2.1"
    path = "v2.1" if current else "v2"
    return {
        "id": name,
        "status": "CURRENT" if current else "DEPRECATED",
        "version": str(VERSIONS.maximum) if current else "",
        "min_version": str(VERSIONS.minimum) if current else "",
        "updated": _UPDATED[name],
        "links": [{"rel": "self", "href": f"{root}/{path}/"}],
    }


def document(root: str, name: str) -> dict[str, object]:
    """One version on its own."""
    version = entry(root, name)
    links: Sequence[object] = version["links"] if isinstance(version["links"], list) else ()
    described = {"rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/api-ref/compute/"}
    media = {"base": "application/json", "type": f"{_MEDIA_TYPE}{name.removeprefix('v').removesuffix('.0')}"}
    return {"version": {**version, "links": [*links, described], "media-types": [media]}}


def index(request: Request[None]) -> Json:
    return {"versions": [entry(request.base_url, name) for name in _UPDATED]}


def choices(request: Request[None]) -> Reply:
    """Whatever is asked outside a version is answered with the versions there are."""
    path = request.http.path_info
    found = []
    for name in _UPDATED:
        version = entry(request.base_url, name)
        href = f"{request.base_url}/{'v2.1' if name == 'v2.1' else 'v2'}{path}"
        media = {"base": "application/json", "type": f"{_MEDIA_TYPE}{name.removeprefix('v').removesuffix('.0')}"}
        found.append({
            "id": name, "status": version["status"], "links": [{"rel": "self", "href": href}], "media-types": [media],
        })
    return Reply(status=300, json={"choices": found})


def show_current(request: Request[S]) -> Json:
    return document(request.base_url.rpartition("/")[0], "v2.1")


def show_legacy(request: Request[S]) -> Json:
    return document(request.base_url.rpartition("/")[0], "v2.0")


def show_by_id(request: Request[S]) -> Json:
    name = request.path["version_id"]
    if name not in _UPDATED:
        raise NotFound(f"Version {name} could not be found.")
    return document(request.base_url.rpartition("/")[0], name)


ROUTES: tuple[Route[None], ...] = (
    Route(method="GET", path="/", handler=index, public=True),
    *(Route(method="GET", path="/{a}" + more, handler=choices, public=True)
      for more in ("", "/{b}", "/{b}/{c}", "/{b}/{c}/{d}")),
)


def application(frame: Frame) -> Dialect[None]:
    """The application at ``/compute``."""
    return Dialect(ROUTES, None, frame)


def app_factory(global_conf: dict[str, object], **_: str) -> Dialect[None]:
    """Paste application."""
    return application(services_of(global_conf).frame)
