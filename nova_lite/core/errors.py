"""The error tree. Rooms subclass these; the kinds are what callers on the other side of a wire can tell apart.

NovaLiteError
├── Invalid            the request breaks a rule it could have kept (HTTP 400)
├── Unauthenticated    who is asking is not known (401)
├── Forbidden          who is asking may not (403)
│   └── QuotaExceeded
├── NotFound           what was named is not there for this caller (404)
├── Conflict           the state of the thing forbids it now (409)
├── TooLarge           more than the limit allows (413)
├── Unsupported        this deployment cannot do it (501)
├── Unavailable        a service that is needed does not answer now (503)
└── DeadlineExceeded   too late to be of use (504)
"""

from __future__ import annotations

from typing import ClassVar

Detail = str | int | float | bool | None


class NovaLiteError(Exception):
    """Base of every error of ours.

    ``code`` is a stable machine-readable name that travels over the wire; ``message`` a sentence for people that
    names the thing and the rule; ``details`` plain values that a program may use. The constructor's signature is the
    same in every subclass, so that an error can be rebuilt from (code, message, details) at the other end of a call.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **details: Detail) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Detail] = details


class Invalid(NovaLiteError):
    code = "invalid"


class Unauthenticated(NovaLiteError):
    code = "unauthenticated"


class Forbidden(NovaLiteError):
    code = "forbidden"


class QuotaExceeded(Forbidden):
    code = "quota_exceeded"


class NotFound(NovaLiteError):
    code = "not_found"


class Conflict(NovaLiteError):
    code = "conflict"


class TooLarge(NovaLiteError):
    code = "too_large"


class Unsupported(NovaLiteError):
    code = "unsupported"


class Unavailable(NovaLiteError):
    code = "unavailable"


class DeadlineExceeded(NovaLiteError):
    code = "deadline_exceeded"


def declared() -> dict[str, type[NovaLiteError]]:
    """Every error class that has been imported, by its code. The nearest class to the root wins a shared code."""
    found: dict[str, type[NovaLiteError]] = {}
    pending: list[type[NovaLiteError]] = [NovaLiteError]
    while pending:
        kind = pending.pop(0)
        found.setdefault(kind.code, kind)
        pending.extend(kind.__subclasses__())
    return found
