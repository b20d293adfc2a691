"""What is the same for every noun: showing, listing, creating several at once, changing, deleting, tagging."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from msgspec import structs

from nova_lite.core.clock import Clock
from nova_lite.core.errors import NotFound
from nova_lite.core.ids import new_uuid
from nova_lite.network import quotas
from nova_lite.network.drafts import Change, Owned, given
from nova_lite.network.store import NetworkStore, Records
from nova_lite.objects.network import Query, R, Record, not_found_type

N = TypeVar("N", bound=Owned)
C = TypeVar("C", bound=Change)

MAX_TAGS = 50


class Registry(ABC, Generic[R, N, C]):
    """The records of one noun. ``project_id`` of a viewer is None for administrators, who see everything.

    A subclass says with ``_make`` how a draft becomes a record, with ``_merge`` how a change is applied, and with
    ``_clear_away`` what must be checked and done before a record goes. All run inside one transaction.
    """

    kind: type[R]
    resource: ClassVar[str] = ""

    def __init__(self, store: NetworkStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def show(self, project_id: str | None, id: str) -> R:
        """:raises NotFound: it does not exist for this viewer."""
        return self._store.read(lambda records: self.visible(records, project_id, id))

    def page(self, query: Query) -> list[R]:
        """:raises Invalid: the marker or a key to sort by is not there."""
        return self._store.read(lambda records: records.page(self.kind, query))

    def create(self, project_id: str, drafts: Sequence[N]) -> list[R]:
        """Records of one project: all of them or none.

        :raises OverQuota: the project would have more than it may.
        """
        def run(records: Records) -> list[R]:
            quotas.claim(records, self.resource, self.kind, project_id, len(drafts))
            return [self._make(records, project_id, draft) for draft in drafts]

        return self._store.transact(run)

    def update(self, id: str, change: C) -> R:
        """:raises NotFound: it is gone."""
        def run(records: Records) -> R:
            before = records.hold(self.kind, id)
            after = self._merge(records, before, change)
            return records.replace(before, structs.replace(after, updated_at=self._clock.now()))

        return self._store.transact(run)

    def delete(self, id: str) -> None:
        """:raises NotFound: it is gone. :raises Conflict: something needs it."""
        def run(records: Records) -> None:
            record = records.hold(self.kind, id)
            self._clear_away(records, record)
            records.remove(record)

        self._store.transact(run)

    def set_tags(self, id: str, tags: Sequence[str]) -> tuple[str, ...]:
        """Give a record these tags instead of those it has."""
        kept = tuple(sorted(dict.fromkeys(tags)))

        def run(records: Records) -> None:
            before = records.hold(self.kind, id)
            records.replace(before, structs.replace(before, tags=kept, updated_at=self._clock.now()))

        self._store.transact(run)
        return kept

    def visible(self, records: Records, project_id: str | None, id: str) -> R:
        """A record, inside a transaction. Raises NotFound."""
        found = records.page(self.kind, Query(project_id=project_id, where=(("id", (id,)),)))
        if not found:
            raise NotFound(f"{self.kind.noun} {id} could not be found.", id=id, type=not_found_type(self.kind))
        return found[0]

    def _base(self, project_id: str, draft: Owned) -> dict[str, object]:
        now = self._clock.now()
        return {
            "id": new_uuid(), "project_id": project_id, "name": draft.name, "description": draft.description,
            "created_at": now, "updated_at": now,
        }

    def _made(self, fields: Mapping[str, object]) -> R:
        return cast("R", cast("Any", self.kind)(**fields))

    @abstractmethod
    def _make(self, records: Records, project_id: str, draft: N) -> R:
        """The record that a draft becomes, with what it needs beside it."""

    def _merge(self, records: Records, before: R, change: C) -> R:
        return structs.replace(before, **given(change))

    def _clear_away(self, records: Records, record: R) -> None:
        """Nothing stands in the way of most."""


def add(records: Records, record: R) -> R:
    """Write a new record down; the record."""
    records.add(record)
    return record


__all__ = ["Record", "Registry", "add"]
