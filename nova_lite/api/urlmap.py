"""Paste composite: one application under each URL prefix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Loader(Protocol):
    """Paste's: applications by section name."""

    def get_app(self, name: str, global_conf: Mapping[str, object]) -> WSGIApplication: ...


class UrlMap:
    """Sends a request to the application with the longest prefix of its path, whole segments only.

    A prefix that ends in ``/+`` wants at least one more segment. There is always one for ``/``.
    """

    def __init__(self, applications: Mapping[str, WSGIApplication]) -> None:
        self._prefixes = sorted(
            ((prefix.removesuffix("+").rstrip("/"), prefix.endswith("+"), app) for prefix, app in applications.items()),
            key=lambda entry: (len(entry[0]), entry[1]), reverse=True,
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"] = _origin_form(environ.get("PATH_INFO", ""))
        for prefix, deeper, application in self._prefixes:
            rest = path[len(prefix):]
            if path.startswith(prefix) and (not rest or rest[0] == "/") and (not deeper or rest.strip("/")):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ["PATH_INFO"] = rest
                return application(environ, start_response)
        raise LookupError("the map has no application for /")


def _origin_form(path: str) -> str:
    """The path of a request target: a proxy's ``http://host/path`` and OPTIONS' ``*`` included."""
    if path.startswith("/") or not path:
        return path
    _, proxied, rest = path.partition("://")
    return "/" + (rest.partition("/")[2] if proxied else path)


def composite_factory(loader: Loader, global_conf: dict[str, object], **local_conf: str) -> UrlMap:
    """Paste composite; each option is ``PREFIX = SECTION``."""
    return UrlMap({prefix: loader.get_app(name, global_conf) for prefix, name in local_conf.items()})
