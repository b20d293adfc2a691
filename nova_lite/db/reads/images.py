"""Reading the image service's records."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from nova_lite.core.errors import NotFound
from nova_lite.db.models.image import ImageMemberRow, ImagePropertyRow, ImageRow, ImageTagRow
from nova_lite.db.session import Tx
from nova_lite.objects.image import Image, ImageFilter, ImageMember, ImageQuery, MemberStatus, Visibility

_PLAIN = tuple(
    name for name in Image.__struct_fields__ if name not in ("tags", "properties")
)
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "neq": operator.ne, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt,
    "lte": operator.le,
}


def get(tx: Tx, image_id: str) -> Image:
    """One live image, whoever may see it: one statement.

    :raises NotFound: there is none with this id, or it was deleted.
    """
    rows = tx.tuples(_whole(), image=image_id)
    if not rows:
        raise NotFound(f"No image found with ID {image_id}", image_id=image_id)
    found = sorted((row.key, row.is_tag, row.text) for row in rows if row.key is not None)
    return _image(rows[0], [key for key, is_tag, _ in found if is_tag],
                  {key: text for key, is_tag, text in found if not is_tag})


@functools.cache
def _whole() -> Select[Any]:
    image: BindParameter[str] = bindparam("image")
    tag = select(literal(True).label("is_tag"), ImageTagRow.tag.label("key"), literal("").label("text"))
    entry = select(literal(False), ImagePropertyRow.name, ImagePropertyRow.value)
    besides = union_all(
        tag.where(ImageTagRow.image_id == image), entry.where(ImagePropertyRow.image_id == image)
    ).subquery()
    joined = select(ImageRow, besides).select_from(ImageRow).join(besides, true(), isouter=True)
    return joined.where(ImageRow.id == image, ImageRow.deleted_at == 0.0)


def find(tx: Tx, query: ImageQuery) -> list[Image]:
    """The images that a query asks for, one page: one statement, and one more for tags and one for properties."""
    order = [_sort_key(field) for field, _ in query.sort]
    statement = select(ImageRow).where(
        ImageRow.deleted_at == 0.0, _visible(query), *(_condition(item) for item in query.filters),
        *(_tagged(tag) for tag in query.tags),
    )
    if query.marker is not None:
        statement = statement.where(_after(query, query.marker))
    ordering = [key.desc() if down else key.asc() for key, (_, down) in zip(order, query.sort, strict=True)]
    # The id settles ties, in the direction of the last key, so that pages neither overlap nor leave gaps.
    ordering.append(ImageRow.id.desc() if _last_descends(query) else ImageRow.id.asc())
    return _complete(tx, tx.rows(statement.order_by(*ordering).limit(query.limit)))


def members(tx: Tx, image_id: str) -> list[ImageMember]:
    """The projects with which an image is shared, by id."""
    rows = tx.rows(
        select(ImageMemberRow).where(ImageMemberRow.image_id == image_id).order_by(ImageMemberRow.member_id)
    )
    return [_member(row) for row in rows]


def member(tx: Tx, image_id: str, member_id: str) -> ImageMember | None:
    """One sharing, None when the image is not shared with that project."""
    row = tx.row(
        select(ImageMemberRow).where(ImageMemberRow.image_id == image_id, ImageMemberRow.member_id == member_id)
    )
    return None if row is None else _member(row)


def _member(row: ImageMemberRow) -> ImageMember:
    return ImageMember(
        image_id=row.image_id, member_id=row.member_id, status=row.status, created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _complete(tx: Tx, rows: Sequence[ImageRow]) -> list[Image]:
    """Images with their tags and properties."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    tags: dict[str, list[str]] = {key: [] for key in ids}
    for row in tx.rows(select(ImageTagRow).where(ImageTagRow.image_id.in_(ids)).order_by(ImageTagRow.tag)):
        tags[row.image_id].append(row.tag)
    properties: dict[str, dict[str, str]] = {key: {} for key in ids}
    for entry in tx.rows(
        select(ImagePropertyRow).where(ImagePropertyRow.image_id.in_(ids)).order_by(ImagePropertyRow.name)
    ):
        properties[entry.image_id][entry.name] = entry.value
    return [_image(row, tags[row.id], properties[row.id]) for row in rows]


def _image(row: Any, tags: Sequence[str], properties: dict[str, str]) -> Image:
    return Image(**{name: getattr(row, name) for name in _PLAIN}, tags=tuple(tags), properties=properties)


def _visible(query: ImageQuery) -> ColumnElement[bool]:
    """What the viewer may see, narrowed to the visibility that was asked for."""
    own = true() if query.all_projects else ImageRow.owner == query.project_id
    shared = and_(ImageRow.visibility == Visibility.SHARED, or_(own, _shared_with(query)))
    if query.visibility == Visibility.SHARED:
        return shared
    if query.visibility == Visibility.PRIVATE:
        return and_(ImageRow.visibility == Visibility.PRIVATE, own)
    if query.visibility in (Visibility.PUBLIC, Visibility.COMMUNITY):
        return ImageRow.visibility == query.visibility
    seen = [ImageRow.visibility == Visibility.PUBLIC, shared]
    if query.visibility == "all":
        return or_(own, ImageRow.visibility == Visibility.COMMUNITY, *seen)
    mine = ImageRow.owner == query.project_id
    return or_(mine, and_(own, ImageRow.visibility != Visibility.COMMUNITY), *seen)


def _shared_with(query: ImageQuery) -> ColumnElement[bool]:
    if query.project_id is None:
        return false()
    belongs = and_(ImageMemberRow.image_id == ImageRow.id, ImageMemberRow.member_id == query.project_id)
    if query.member_status != "all":
        belongs = and_(belongs, ImageMemberRow.status == MemberStatus(query.member_status))
    return exists().where(belongs)


def _condition(item: ImageFilter) -> ColumnElement[bool]:
    if item.custom:
        return exists().where(
            ImagePropertyRow.image_id == ImageRow.id, ImagePropertyRow.name == item.field,
            ImagePropertyRow.value.in_([str(value) for value in item.values]),
        )
    column = getattr(ImageRow, item.field)
    if item.operator == "in":
        found: ColumnElement[bool] = column.in_(item.values)
        return found
    compared: ColumnElement[bool] = _OPERATORS[item.operator](column, item.values[0])
    return compared


def _tagged(tag: str) -> ColumnElement[bool]:
    return exists().where(ImageTagRow.image_id == ImageRow.id, ImageTagRow.tag == tag)


def _sort_key(field: str) -> ColumnElement[Any]:
    """A column to sort by; what may be empty sorts below everything, on every database alike."""
    column: ColumnElement[Any] = getattr(ImageRow, field)
    if field in ("size", "virtual_size"):
        return func.coalesce(column, -1)
    if field in ("name", "disk_format", "container_format", "owner"):
        return func.coalesce(column, "")
    return column


def _sort_value(image: Image, field: str) -> object:
    value = getattr(image, field)
    if value is None:
        return -1 if field in ("size", "virtual_size") else ""
    return value


def _last_descends(query: ImageQuery) -> bool:
    return query.sort[-1][1] if query.sort else True


def _after(query: ImageQuery, marker: Image) -> ColumnElement[bool]:
    """Behind the marker in the order asked for: equal in the first keys, further in the next."""
    keys = [(_sort_key(field), _sort_value(marker, field), down) for field, down in query.sort]
    keys.append((ImageRow.id.expression, marker.id, _last_descends(query)))
    steps = []
    for position, (key, value, down) in enumerate(keys):
        same = [before == held for before, held, _ in keys[:position]]
        steps.append(and_(*same, key < value if down else key > value))
    return or_(*steps)
