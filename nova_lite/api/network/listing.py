"""The query string of a listing: filters, fields, order, pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlencode

from nova_lite.api.network.services import NetworkRequest, viewer
from nova_lite.api.request import Query as Parameters
from nova_lite.core.errors import Invalid
from nova_lite.objects.network import Query

Kind = Literal["text", "flag", "number"]
Filters = Mapping[str, tuple[str, Kind]]

_PAGING = ("fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir")
_TAGS = ("tags", "tags-any", "not-tags", "not-tags-any")
_NAMES = {"router:external": "external", "tenant_id": "project_id", "binding:host_id": "binding_host"}


def common(*texts: str, flags: Sequence[str] = (), numbers: Sequence[str] = ()) -> dict[str, tuple[str, Kind]]:
    """Filters by query name: those of every noun, and these."""
    always = ("id", "name", "description", "project_id", "tenant_id")
    found: dict[str, tuple[str, Kind]] = {name: (_NAMES.get(name, name), "text") for name in (*always, *_TAGS, *texts)}
    found |= {name: (_NAMES.get(name, name), "flag") for name in flags}
    return found | {name: (_NAMES.get(name, name), "number") for name in (*numbers, "revision_number")}


def parse(request: NetworkRequest, filters: Filters) -> Query:
    """What a listing asks for.

    :raises Invalid: names the parameter that makes no sense.
    """
    query = request.query
    where = []
    for name, values in query.items():
        if name in _PAGING:
            continue
        if name not in filters:
            raise Invalid(f"['{name}'] is invalid attribute for filters.", field=name)
        field, kind = filters[name]
        where.append((field, tuple(_value(name, value, kind) for value in values)))
    return Query(
        project_id=viewer(request), where=tuple(where), sort=_sort(query), marker=query.one("marker"),
        limit=_limit(query.one("limit"), request.services.page_size),
        reverse=_flag("page_reverse", query.one("page_reverse") or "false"),
    )


def pick(query: Parameters, item: dict[str, object]) -> dict[str, object]:
    """The fields that were asked for; all when none were."""
    wanted = [name for value in query.get("fields", ()) for name in value.split(",") if name]
    return {name: item[name] for name in wanted if name in item} if wanted else item


def links(request: NetworkRequest, plural: str, found: Sequence[str], asked: Query) -> dict[str, object]:
    """Links to the next and the previous page, where a page was asked for."""
    if request.query.one("limit") is None or not found:
        return {}
    full = len(found) == asked.limit
    made = []
    if full or asked.reverse:
        made.append(_link(request, "next", found[-1], {}))
    if (full or not asked.reverse) and asked.marker is not None:
        made.append(_link(request, "previous", found[0], {"page_reverse": "True"}))
    return {f"{plural}_links": made} if made else {}


def _link(request: NetworkRequest, rel: str, marker: str, more: Mapping[str, str]) -> dict[str, str]:
    kept = [(name, value) for name, values in request.query.items() for value in values
            if name not in ("marker", "page_reverse")]
    path = f"{request.base_url}{request.http.path_info}"
    return {"rel": rel, "href": f"{path}?{urlencode([*kept, ('marker', marker), *more.items()])}"}


def _value(name: str, text: str, kind: Kind) -> str | int | bool:
    if kind == "flag":
        return _flag(name, text)
    if kind == "number":
        return _number(name, text)
    return text


def _flag(name: str, text: str) -> bool:
    if text.lower() in ("true", "1", "yes", "t", "on"):
        return True
    if text.lower() in ("false", "0", "no", "f", "off"):
        return False
    raise Invalid(f"Invalid input for {name}. Reason: '{text}' cannot be converted to boolean.", field=name)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Invalid(f"Invalid input for {name}. Reason: '{text}' is not an integer.", field=name)
    return int(text)


def _limit(text: str | None, most: int) -> int:
    wanted = 0 if text is None else _number("limit", text)
    return min(wanted, most) if wanted else most


def _sort(query: Parameters) -> tuple[tuple[str, bool], ...]:
    keys, directions = query.get("sort_key", []), query.get("sort_dir", [])
    if not keys:
        return (("created_at", False),)
    if directions and len(directions) != len(keys):
        raise Invalid("The number of sort_keys and sort_dirs must be same", field="sort_dir")
    if any(direction not in ("asc", "desc") for direction in directions):
        raise Invalid("The value for sort_dir must be either 'asc' or 'desc'", field="sort_dir")
    chosen = directions or ["asc"] * len(keys)
    return tuple((_NAMES.get(key, key), direction == "desc") for key, direction in zip(keys, chosen, strict=True))
