"""Tags of records."""

from __future__ import annotations

from typing import Any

from nova_lite.api.network.collection import Collection
from nova_lite.api.network.services import NetworkRequest
from nova_lite.api.request import Json
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.network.registry import MAX_TAGS
from nova_lite.objects.network import Record

MAX_LENGTH = 255


class Tags:
    """The handlers of the tags of one collection."""

    def __init__(self, collection: Collection[Any, Any, Any]) -> None:
        self._collection = collection

    def index(self, request: NetworkRequest) -> Json:
        return {"tags": list(self._collection.found(request).tags)}

    def show(self, request: NetworkRequest) -> None:
        tag = request.path["tag"]
        if tag not in self._collection.found(request).tags:
            raise NotFound(f"Tag {tag} could not be found.", tag=tag, type="TagNotFound")

    def replace(self, request: NetworkRequest) -> Json:
        record, wanted = self._mine(request), request.body.get("tags")
        if not isinstance(wanted, list) or not all(isinstance(tag, str) for tag in wanted):
            raise Invalid("Invalid tags body", field="tags")
        return {"tags": list(self._set(request, record, tuple(wanted)))}

    def clear(self, request: NetworkRequest) -> None:
        self._set(request, self._mine(request), ())

    def add(self, request: NetworkRequest) -> None:
        record = self._mine(request)
        self._set(request, record, (*record.tags, request.path["tag"]))

    def remove(self, request: NetworkRequest) -> None:
        record, tag = self._mine(request), request.path["tag"]
        if tag not in record.tags:
            raise NotFound(f"Tag {tag} could not be found.", tag=tag, type="TagNotFound")
        self._set(request, record, tuple(held for held in record.tags if held != tag))

    def _mine(self, request: NetworkRequest) -> Record:
        record: Record = self._collection.found(request)
        request.authorize({"project_id": record.project_id})
        return record

    def _set(self, request: NetworkRequest, record: Record, tags: tuple[str, ...]) -> tuple[str, ...]:
        if len(tags) > MAX_TAGS or any(not 0 < len(tag) <= MAX_LENGTH for tag in tags):
            raise Invalid(f"At most {MAX_TAGS} tags of 1 to {MAX_LENGTH} characters each.", field="tags")
        kept: tuple[str, ...] = self._collection.nouns(request.services.networking).set_tags(record.id, tags)
        return kept
