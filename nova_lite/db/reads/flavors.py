"""Reading flavors."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, literal, or_, select, true, union_all

from nova_lite.core.errors import Invalid, NotFound
from nova_lite.db import keyset
from nova_lite.db.models.flavors import FlavorExtraSpecRow, FlavorProjectRow, FlavorRow
from nova_lite.db.patterns import matching
from nova_lite.db.session import Tx
from nova_lite.objects.flavor import Flavor

SORT_KEYS = frozenset({
    "flavorid", "name", "memory_mb", "root_gb", "vcpus", "id", "ephemeral_gb", "swap", "rxtx_factor", "disabled",
    "is_public",
})
"""The columns that a list may be sorted by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlavorFilters:
    """Which flavors a list shows. ``visible_to``: public ones and those that this project may use (None: all).

    ``min_memory_mb`` and ``min_root_gb`` are inclusive. ``disabled`` None: both.
    ``name`` is a regular expression, searched anywhere in the name.
    """

    visible_to: str | None = None
    is_public: bool | None = None
    disabled: bool | None = None
    min_memory_mb: int | None = None
    min_root_gb: int | None = None
    name: str | None = None


def get(tx: Tx, flavorid: str, visible_to: str | None = None) -> Flavor:
    """One flavor, in one statement. ``visible_to``: as this project sees it (None: all of them).

    :raises NotFound: there is none, for this project.
    """
    seen_by = {} if visible_to is None else {"project": visible_to}
    rows = tx.tuples(_whole(bool(seen_by)), flavor=flavorid, **seen_by)
    if not rows:
        raise not_found(flavorid)
    found = sorted((row.word, row.is_spec, row.text) for row in rows if row.word is not None)
    return _flavor(rows[0], {word: text for word, is_spec, text in found if is_spec},
                   [word for word, is_spec, _ in found if not is_spec])


@functools.cache
def _whole(for_a_project: bool) -> Select[Any]:
    spec, grant = FlavorExtraSpecRow, FlavorProjectRow
    flavor: BindParameter[str] = bindparam("flavor")
    here = select(FlavorRow.id).where(FlavorRow.flavorid == flavor).scalar_subquery()
    specs = select(literal(True).label("is_spec"), spec.key.label("word"), spec.value.label("text"))
    grants = select(literal(False), grant.project_id, literal(""))
    besides = union_all(specs.where(spec.flavor_id == here), grants.where(grant.flavor_id == here)).subquery()
    joined = select(FlavorRow, besides).select_from(FlavorRow).join(besides, true(), isouter=True)
    found = joined.where(FlavorRow.flavorid == flavor)
    return found.where(_visible(bindparam("project"))) if for_a_project else found


def page(
    tx: Tx,
    filters: FlavorFilters,
    *,
    sort: Sequence[tuple[str, keyset.Direction]] = (("flavorid", "asc"),),
    marker: str | None = None,
    limit: int | None = None,
) -> list[Flavor]:
    """A page of flavors with their extra specs and projects, in three statements: those after flavorid ``marker``.

    :raises Invalid: the marker names no flavor, or a sort key is unknown.
    """
    unknown = [name for name, _ in sort if name not in SORT_KEYS]
    if unknown:
        raise Invalid(f"flavors cannot be sorted by {unknown[0]!r}", field="sort_key")
    columns = FlavorRow.__table__.c
    keys = [keyset.Key(columns[name], direction) for name, direction in (*sort, ("id", "asc"))]
    statement = select(FlavorRow).where(*_conditions(filters)).order_by(*keyset.ordering(keys))
    if marker is not None:
        found = tx.tuples(select(*(key.expression for key in keys)).where(FlavorRow.flavorid == marker))
        if not found:
            raise Invalid(f"marker [{marker}] not found", field="marker")
        statement = statement.where(keyset.after(keys, found[0]))
    if limit is not None:
        statement = statement.limit(limit)
    return _assembled(tx, tx.rows(statement))


def not_found(flavorid: str) -> NotFound:
    """The error of a flavor that is not there, in Nova's words."""
    return NotFound(f"Flavor {flavorid} could not be found.", flavor=flavorid)


def _visible(project_id: str | BindParameter[Any]) -> ColumnElement[bool]:
    granted = select(FlavorProjectRow.flavor_id).where(FlavorProjectRow.project_id == project_id)
    return or_(FlavorRow.is_public.is_(True), FlavorRow.id.in_(granted))


def _conditions(filters: FlavorFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.visible_to is not None:
        found.append(_visible(filters.visible_to))
    if filters.is_public is not None:
        found.append(FlavorRow.is_public.is_(filters.is_public))
    if filters.disabled is not None:
        found.append(FlavorRow.disabled.is_(filters.disabled))
    if filters.min_memory_mb is not None:
        found.append(FlavorRow.memory_mb >= filters.min_memory_mb)
    if filters.min_root_gb is not None:
        found.append(FlavorRow.root_gb >= filters.min_root_gb)
    if filters.name is not None:
        found.append(matching(FlavorRow.name, filters.name))
    return found


def _assembled(tx: Tx, rows: Sequence[FlavorRow]) -> list[Flavor]:
    ids = [row.id for row in rows]
    specs: dict[int, dict[str, str]] = defaultdict(dict)
    projects: dict[int, list[str]] = defaultdict(list)
    if ids:
        for spec in tx.rows(select(FlavorExtraSpecRow).where(FlavorExtraSpecRow.flavor_id.in_(ids))):
            specs[spec.flavor_id][spec.key] = spec.value
        grants = select(FlavorProjectRow).where(FlavorProjectRow.flavor_id.in_(ids))
        for grant in tx.rows(grants.order_by(FlavorProjectRow.project_id)):
            projects[grant.flavor_id].append(grant.project_id)
    return [_flavor(row, specs[row.id], projects[row.id]) for row in rows]


def _flavor(row: FlavorRow, specs: dict[str, str], projects: Sequence[str]) -> Flavor:
    return Flavor(
        flavorid=row.flavorid, name=row.name, vcpus=row.vcpus, memory_mb=row.memory_mb, root_gb=row.root_gb,
        ephemeral_gb=row.ephemeral_gb, swap=row.swap, rxtx_factor=row.rxtx_factor, is_public=row.is_public,
        disabled=row.disabled, description=row.description, extra_specs=dict(sorted(specs.items())),
        projects=tuple(projects),
    )
