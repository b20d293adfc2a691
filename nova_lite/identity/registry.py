"""What all nouns of the identity service have in common: show or say that it is missing, change, delete."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from nova_lite.core.errors import Conflict
from nova_lite.identity.errors import Immutable, NameTaken, not_found
from nova_lite.identity.store import Records, Wanted
from nova_lite.objects.identity import Project, Role

R = TypeVar("R", bound=msgspec.Struct)


class Registry(Generic[R]):
    """Records of one kind under one noun, as messages call it."""

    def __init__(self, noun: str, records: Records[R]) -> None:
        self.noun = noun
        self._records = records

    def show(self, id: str) -> R:
        """:raises RecordNotFound: no record has that id."""
        record = self._records.get(id)
        if record is None:
            raise not_found(self.noun, id)
        return record

    def list(self, **wanted: Wanted) -> Sequence[R]:
        """All whose fields equal what is wanted; a tuple means any of its values."""
        return self._records.list(**wanted)

    def create(self, record: R) -> R:
        """:raises NameTaken: its id or name is taken."""
        with self._unique():
            self._records.insert(record)
        return record

    def update(self, id: str, changes: Mapping[str, object]) -> R:
        """Change fields of a record; ``extra`` is merged into what is there.

        :raises RecordNotFound: no record has that id.
        :raises NameTaken: the new name is taken.
        """
        record = changed(self.show(id), changes)
        with self._unique():
            if not self._records.replace(record):
                raise not_found(self.noun, id)
        return record

    def delete(self, id: str) -> None:
        """:raises RecordNotFound: no record has that id."""
        if not self._records.delete(id):
            raise not_found(self.noun, id)

    @contextlib.contextmanager
    def _unique(self) -> Iterator[None]:
        try:
            yield
        except Conflict as error:
            raise NameTaken(f"There is a {self.noun} of that name or id already.", noun=self.noun) from error


def refuse_immutable(record: Project | Role, changes: Mapping[str, object] | None = None) -> None:
    """For records whose ``options`` may say that they are immutable: these are not changed, but for that, nor deleted.

    :raises Immutable: this one is.
    """
    before, after = (_options(extra) for extra in (record.extra, (changes or {}).get("extra")))
    if before.get("immutable") and after.get("immutable", True):
        raise Immutable(f"{record.name} is immutable.", id=record.id)


def _options(extra: object) -> Mapping[str, object]:
    options = extra.get("options") if isinstance(extra, dict) else None
    return options if isinstance(options, dict) else {}


def changed(record: R, changes: Mapping[str, object]) -> R:
    """A copy of ``record`` with some fields changed and ``extra`` merged."""
    merged = dict(changes)
    before, added = getattr(record, "extra", None), changes.get("extra")
    if isinstance(before, dict) and isinstance(added, dict):
        merged["extra"] = extra = {**before, **added}
        if "options" in added:  # None takes one away
            options = {**_options(before), **_options(added)}
            extra["options"] = {name: value for name, value in options.items() if value is not None}
    return msgspec.convert({**msgspec.structs.asdict(record), **merged}, type(record))
