"""The image proxy that the compute API had until 2.35, and their metadata until 2.38."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from msgspec.structs import replace

from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.services import ComputeServices, ImageRecords
from nova_lite.api.compute.times import epoch
from nova_lite.api.compute.views import images as views
from nova_lite.api.compute.views.links import next_page
from nova_lite.api.request import Json, Query, Request
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.objects.image import Image, ImageFilter, ImageQuery

Metadata = Mapping[str, str]
Value = str | int | float | bool


def _records(request: Request[ComputeServices]) -> ImageRecords:
    records = request.services.image_records
    if records is None:
        raise NotFound("Images are to be asked for at the image service.")
    return records


def index(request: Request[ComputeServices]) -> Json:
    return _list(request, "images", views.brief)


def detail(request: Request[ComputeServices]) -> Json:
    return _list(request, "images/detail", views.full)


def _list(request: Request[ComputeServices], path: str, view: Callable[[Image, str], dict[str, object]]) -> Json:
    records, context = _records(request), request.context
    limit = page_size(request.query, request.services.page_size)
    marker = request.query.one("marker")
    page = records.find(ImageQuery(
        project_id=context.project_id, all_projects=context.is_admin, filters=_filters(request.query), limit=limit,
        marker=None if marker is None else records.show(context, marker),
    )) if limit else []
    answer: dict[str, object] = {"images": [view(image, request.base_url) for image in page]}
    if page and len(page) == limit:
        answer["images_links"] = next_page(request.base_url, path, request.query, page[-1].id)
    return answer


def _filters(query: Query) -> tuple[ImageFilter, ...]:
    found: list[ImageFilter] = []
    if (name := query.one("name")) is not None:
        found.append(ImageFilter(field="name", values=(name,)))
    if (status := query.one("status")) is not None:
        found.append(ImageFilter(field="status", operator="in", values=views.statuses(status) or ("unknown",)))
    if (since := epoch(query, "changes-since")) is not None:
        found.append(ImageFilter(field="updated_at", operator="gte", values=(since,)))
    if (kind := query.one("type")) is not None:
        found.append(ImageFilter(field="image_type", values=(kind,), custom=True))
    if (server := query.one("server")) is not None:
        # An id, or the link of a server.
        found.append(ImageFilter(field=views.SERVER, values=(server.rpartition("/")[2],), custom=True))
    for theirs, ours in (("minRam", "min_ram"), ("minDisk", "min_disk")):
        if (number := query.one(theirs)) is not None:
            found.append(ImageFilter(field=ours, values=(int(number),)))
    for name in query:
        if name.startswith("property-"):
            value = query.one(name) or ""
            found.append(ImageFilter(field=name.removeprefix("property-"), values=(value,), custom=True))
    return tuple(found)


def _image(request: Request[ComputeServices]) -> Image:
    image = _records(request).show(request.context, request.path["image_id"])
    request.authorize({"project_id": image.owner, "user_id": request.context.user_id})
    return image


def show(request: Request[ComputeServices]) -> Json:
    image = _records(request).show(request.context, request.path["image_id"])
    return {"image": views.full(image, request.base_url)}


def delete(request: Request[ComputeServices]) -> None:
    _records(request).delete(request.context, _image(request).id)


def metadata(request: Request[ComputeServices]) -> Json:
    return {"metadata": dict(_records(request).show(request.context, request.path["image_id"]).properties)}


def merge_metadata(request: Request[ComputeServices]) -> Json:
    given = cast("Metadata", request.member("metadata"))
    return {"metadata": _change(request, lambda old: {**old, **given})}


def replace_metadata(request: Request[ComputeServices]) -> Json:
    given = cast("Metadata", request.member("metadata"))
    return {"metadata": _change(request, lambda _: dict(given))}


def show_item(request: Request[ComputeServices]) -> Json:
    key = request.path["key"]
    image = _records(request).show(request.context, request.path["image_id"])
    return {"meta": {key: _item(image.properties, key)}}


def put_item(request: Request[ComputeServices]) -> Json:
    """Set one item; the body must say the same key as the path."""
    key, given = request.path["key"], cast("Metadata", request.member("meta"))
    if key not in given:
        raise Invalid("Request body and URI mismatch", field=key)
    _change(request, lambda old: {**old, **given})
    return {"meta": dict(given)}


def delete_item(request: Request[ComputeServices]) -> None:
    key = request.path["key"]

    def without(old: Metadata) -> dict[str, str]:
        _item(old, key)
        return {name: value for name, value in old.items() if name != key}

    _change(request, without)


def _item(properties: Metadata, key: str) -> str:
    if key not in properties:
        raise NotFound("Metadata item was not found", key=key)
    return properties[key]


def _change(request: Request[ComputeServices], change: Callable[[Metadata], dict[str, str]]) -> dict[str, str]:
    image = _image(request)
    changed = _records(request).update(
        request.context, image.id, lambda current: replace(current, properties=change(current.properties))
    )
    return dict(changed.properties)
