"""Aggregates as the API shows them."""

from __future__ import annotations

from nova_lite.api.compute.views.table import Field, at, render
from nova_lite.api.microversions import Microversion
from nova_lite.core.clock import isoformat_micro
from nova_lite.objects.aggregate import Aggregate

_CREATED: tuple[Field[Aggregate, None], ...] = (
    Field("id", lambda a, _: a.id),
    Field("uuid", lambda a, _: a.uuid, since="2.41"),
    Field("name", lambda a, _: a.name),
    Field("availability_zone", lambda a, _: a.availability_zone),
    Field("created_at", lambda a, _: isoformat_micro(a.created_at)),
    Field("updated_at", lambda a, _: None if a.updated_at is None else isoformat_micro(a.updated_at)),
    Field("deleted_at", lambda a, _: None),
    Field("deleted", lambda a, _: False),
)
_FULL: tuple[Field[Aggregate, None], ...] = (
    *_CREATED,
    Field("hosts", lambda a, _: list(a.hosts)),
    Field("metadata", lambda a, _: dict(a.metadata)),
)


def created(aggregate: Aggregate, version: Microversion) -> dict[str, object]:
    """The answer to a create: nothing is in it yet."""
    return {"aggregate": render(at(_CREATED, version, frozenset()), aggregate, None)}


def full(aggregate: Aggregate, version: Microversion) -> dict[str, object]:
    """One aggregate, without a name around it."""
    return render(at(_FULL, version, frozenset()), aggregate, None)
