"""What our middleware leaves in the WSGI environment for those further in, and for those further out."""

from __future__ import annotations

from wsgiref.types import WSGIEnvironment

from nova_lite.core.context import RequestContext

CONTEXT = "nova_lite.context"
REQUEST_ID = "nova_lite.request_id"
REPLY_HEADERS = "nova_lite.reply_headers"


def context_of(environ: WSGIEnvironment) -> RequestContext | None:
    """Who asks, or None where no valid token came with the request."""
    found = environ.get(CONTEXT)
    return found if isinstance(found, RequestContext) else None


def request_id_of(environ: WSGIEnvironment) -> str:
    """The request's id as the request-id filter gave it."""
    return str(environ.get(REQUEST_ID, ""))


def reply_headers_of(environ: WSGIEnvironment) -> dict[str, str]:
    """Headers that every answer to this request carries, faults included; the request-id filter sends them.

    A dictionary of the environment's own: put into it.
    """
    headers: dict[str, str] = environ.setdefault(REPLY_HEADERS, {})
    return headers
