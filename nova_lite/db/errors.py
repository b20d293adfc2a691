"""Errors of the database room. Foreign errors (SQLAlchemy's, the drivers') never leave it."""

from __future__ import annotations

from nova_lite.core.errors import Conflict, NovaLiteError, Unavailable
from nova_lite.objects.errors import NoCapacity, Superseded

__all__ = ["DatabaseError", "DatabaseUnavailable", "Drawn", "Duplicate", "NoCapacity", "Superseded"]


class DatabaseError(NovaLiteError):
    """The database refused a statement: a defect of ours or of the schema, not of the request."""

    code = "db.error"


class DatabaseUnavailable(Unavailable):
    """The database does not answer, or stayed busy for too long. Whether a commit under way succeeded is not known."""

    code = "db.unavailable"


class Drawn(Conflict):
    """What may have been drawn at random is another record's. The transaction, run again, draws anew."""


class Duplicate(Conflict):
    """A record with the same key exists."""

    code = "db.duplicate"
