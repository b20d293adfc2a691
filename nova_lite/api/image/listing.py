"""The query string of a list of images, understood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeVar, cast

from nova_lite.api.request import Query
from nova_lite.core.clock import epoch_of
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.objects.image import Image, ImageFilter, ImageQuery, MemberStatus, Visibility

DEFAULT_LIMIT = 25
MAX_LIMIT = 1000

SORT_KEYS = (
    "name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at", "min_ram",
    "min_disk",
    "visibility", "owner",
)

Operator = Literal["eq", "neq", "gt", "gte", "lt", "lte", "in"]
Find = Callable[[str], Image]
E = TypeVar("E", Visibility, MemberStatus)

LARGEST = (1 << 31) - 1  # of what images demand

_OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte")
_TEXTS = (
    "id", "name", "status", "disk_format", "container_format", "owner", "checksum", "os_hash_algo", "os_hash_value"
)
_LISTS = ("id", "name", "status", "disk_format", "container_format")  # may be given as in:a,b
_NUMBERS = ("size", "min_ram", "min_disk", "virtual_size")
_TIMES = ("created_at", "updated_at")
_RANGES = {"size_min": ("size", "gte"), "size_max": ("size", "lte")}
_RECORD_NAMES = {"os_hash_algo": "hash_algo", "os_hash_value": "hash_value", "os_hidden": "hidden"}
_NOT_FILTERS = ("limit", "marker", "sort", "sort_key", "sort_dir", "visibility", "member_status", "tag")


def parse(query: Query, context: RequestContext, find: Find) -> ImageQuery:
    """What a list request asks for. ``find`` gets the marker's image, as the caller sees it.

    :raises Invalid: names the parameter whose value makes no sense.
    """
    filters = [_filter(name, values[-1]) for name, values in query.items() if name not in _NOT_FILTERS]
    if "os_hidden" not in query:
        filters.append(ImageFilter(field="hidden", values=(False,)))
    return ImageQuery(
        project_id=context.project_id or None,
        all_projects=context.is_admin,
        visibility=_choice(Visibility, "visibility", query.one("visibility")),
        member_status=_choice(MemberStatus, "member_status", query.one("member_status")) or MemberStatus.ACCEPTED,
        filters=tuple(filters),
        tags=tuple(query.get("tag", ())),
        sort=_sort(query),
        limit=_limit(query.one("limit")),
        marker=_marker(query.one("marker"), find),
    )


def _filter(name: str, text: str) -> ImageFilter:
    if name in _RANGES:
        field, operator = _RANGES[name]
        return ImageFilter(field=field, operator=cast("Operator", operator), values=(_number(name, text),))
    field = _RECORD_NAMES.get(name, name)
    if name in _TEXTS:
        return _text_filter(name, field, text)
    if name in _NUMBERS:
        return ImageFilter(field=field, values=(_number(name, text),))
    if name in ("protected", "os_hidden"):
        return ImageFilter(field=field, values=(_flag(name, text),))
    if name in _TIMES:
        operator, rest = _operator(text)
        return ImageFilter(field=field, operator=operator, values=(_time(name, rest),))
    return ImageFilter(field=name, values=(text,), custom=True)


def _text_filter(name: str, field: str, text: str) -> ImageFilter:
    if name in _LISTS and text.startswith("in:"):
        return ImageFilter(field=field, operator="in", values=tuple(_split(name, text.removeprefix("in:"))))
    return ImageFilter(field=field, values=(text,))


def _split(name: str, text: str) -> list[str]:
    """Values between commas; one in double quotes may hold commas itself."""
    found: list[str] = []
    rest = text
    while rest:
        if rest.startswith('"'):
            value, quote, rest = rest[1:].partition('"')
            if not quote or (rest and not rest.startswith(",")):
                raise Invalid(f"Invalid filter value {text} for {name}: a quotation is not closed.", field=name)
            rest = rest.removeprefix(",")
        else:
            value, _, rest = rest.partition(",")
        found.append(value)
    return found


def _operator(text: str) -> tuple[Operator, str]:
    name, colon, rest = text.partition(":")
    if colon and name in _OPERATORS:
        return cast("Operator", name), rest
    return "eq", text


def _number(name: str, text: str) -> int:
    most = LARGEST if name in ("min_ram", "min_disk") else (1 << 63) - 1
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > most:
        raise Invalid(f"Invalid value '{text}' for {name}: a whole number up to {most} is expected.", field=name)
    return int(text)


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Invalid(f"Invalid value '{text}' for {name}: true or false is expected.", field=name)
    return text.lower() == "true"


def _time(name: str, text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"Invalid value '{text}' for {name}: an ISO 8601 time is expected.", field=name) from None
    return epoch_of(moment)


def _choice(kind: type[E], name: str, text: str | None) -> E | Literal["all"] | None:
    if text is None or text == "all":
        return cast("Literal['all'] | None", text)
    if text not in [item.value for item in kind]:
        raise Invalid(f"Invalid {name} value: {text}", field=name)
    return kind(text)


def _limit(text: str | None) -> int:
    return DEFAULT_LIMIT if text is None else min(_number("limit", text), MAX_LIMIT)


def _sort(query: Query) -> tuple[tuple[str, bool], ...]:
    """(field, descending) for each key; newest first where nothing is asked for."""
    keys, directions = query.get("sort_key", []), query.get("sort_dir", [])
    if query.one("sort") is not None:
        if keys or directions:
            raise Invalid("Old and new sorting syntax cannot be combined", field="sort")
        pairs = [part.strip().partition(":")[::2] for part in str(query.one("sort")).split(",")]
    else:
        if len(directions) > 1 and len(directions) != len(keys):
            raise Invalid("Number of sort dirs does not match the number of sort keys", field="sort_dir")
        each = directions if len(directions) > 1 else (directions or ["desc"]) * max(1, len(keys))
        pairs = list(zip(keys or ["created_at"], each, strict=True))
    return tuple(_sort_pair(key, direction or "desc") for key, direction in pairs)


def _sort_pair(key: str, direction: str) -> tuple[str, bool]:
    if key not in SORT_KEYS:
        raise Invalid(
            f"Invalid sort key {key}. It must be one of the following: {', '.join(SORT_KEYS)}.", field="sort_key"
        )
    if direction not in ("asc", "desc"):
        raise Invalid(f"Invalid sort direction: {direction}", field="sort_dir")
    return key, direction == "desc"


def _marker(text: str | None, find: Find) -> Image | None:
    if text is None:
        return None
    try:
        return find(text)
    except NotFound:
        raise Invalid(f"The marker {text} is no image that could be found.", field="marker") from None
