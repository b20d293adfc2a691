"""Errors as each dialect tells them: one table of statuses, one renderer per dialect."""

from __future__ import annotations

import html
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

import msgspec

from nova_lite.api.errors import Gone, MethodNotAllowed, NotAcceptable, UnsupportedMediaType
from nova_lite.core import errors

STATUS: dict[type[errors.NovaLiteError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    errors.Conflict: 409,
    Gone: 410,
    errors.TooLarge: 413,
    UnsupportedMediaType: 415,
    errors.Unsupported: 501,
    errors.Unavailable: 503,
    errors.DeadlineExceeded: 504,
}

_COMPUTE_NAMES = {
    400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "itemNotFound", 405: "badMethod",
    409: "conflictingRequest", 413: "overLimit", 415: "badMediaType", 429: "overLimit", 501: "notImplemented",
    503: "serviceUnavailable",
}


class Fault(NamedTuple):
    """A rendered error body."""

    content_type: str
    body: bytes


# Of a status, a message, what the client accepts, and Neutron's name of the error where it has one (network only).
Renderer = Callable[[int, str, str | None, str], Fault]


def status_of(error: errors.NovaLiteError) -> int:
    """The HTTP status of an error: that of its nearest ancestor in the table, 500 for one of no declared kind."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def reason(status: int) -> str:
    """The phrase of a status: ``Not Found``."""
    return HTTPStatus(status).phrase


def _json(document: object) -> Fault:
    return Fault("application/json", msgspec.json.encode(document))


def compute_fault(status: int, message: str, accept: str | None, kind: str = "") -> Fault:
    """Nova's: the name of the fault, with its code and message inside."""
    if status == 401:
        return identity_fault(status, message, accept)
    fault = _json({_COMPUTE_NAMES.get(status, "computeFault"): {"code": status, "message": message}})
    return Fault("application/json; charset=UTF-8", fault.body)


def identity_fault(status: int, message: str, accept: str | None, kind: str = "") -> Fault:
    """Keystone's; also what its middleware answers in front of the other services."""
    return _json({"error": {"code": status, "message": message, "title": reason(status)}})


def image_fault(status: int, message: str, accept: str | None, kind: str = "") -> Fault:
    """Glance's: JSON for those who ask for it, a page for the others; text for who says nothing.

    openstacksdk uploads with an Accept that is empty, and understands pages, but no text: its user is to know why.
    """
    title = reason(status)
    if accept is None:
        return Fault("text/plain; charset=UTF-8", f"{status} {title}\n\n{message}\n\n".encode())
    if "application/json" in accept:
        return _json({"message": message, "code": f"{status} {title}", "title": title})
    page = (
        f"<html>\n <head>\n  <title>{status} {title}</title>\n </head>\n <body>\n  <h1>{status} {title}</h1>\n"
        f"  {html.escape(message)}<br /><br />\n </body>\n</html>"
    )
    return Fault("text/html; charset=UTF-8", page.encode())


def network_fault(status: int, message: str, accept: str | None, kind: str = "") -> Fault:
    """Neutron's: its type is the name of Neutron's own error, ``kind`` where that is known."""
    return _json({"NeutronError": {"type": kind or _network_name(status, message), "message": message, "detail": ""}})


def _network_name(status: int, message: str) -> str:
    """What Neutron calls errors of which only the status is known; its messages of 400 begin with what they are."""
    if status == 400:
        return {"Invalid": "InvalidInput", "Bad": "BadRequest"}.get(message.partition(" ")[0], "HTTPBadRequest")
    return "PolicyNotAuthorized" if status == 403 else f"HTTP{reason(status).replace(' ', '')}"


RENDERERS: dict[str, Renderer] = {
    "compute": compute_fault,
    "identity": identity_fault,
    "image": image_fault,
    "network": network_fault,
}
