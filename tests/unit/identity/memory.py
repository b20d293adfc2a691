"""A store of identity records in memory: what the rules are tested over. No SQL, no transactions.

tests/contract/db/test_identity.py holds it to what the real one does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from nova_lite.core.errors import Conflict, NotFound
from nova_lite.identity.store import Wanted
from nova_lite.objects import identity as objects

V = TypeVar("V", bound=msgspec.Struct)


def _selected(values: Sequence[V], wanted: dict[str, Wanted]) -> list[V]:
    def equals(value: V, name: str, expected: Wanted) -> bool:
        actual = getattr(value, name)
        return actual in expected if isinstance(expected, tuple) else actual == expected

    return [value for value in values if all(equals(value, name, expected) for name, expected in wanted.items())]


class MemoryRecords(Generic[V]):
    """Records by id; ``unique`` are the fields that together may occur once, ``forget`` drops what is said of one.

    ``check`` refuses what must not be inserted, ``keep`` what must not be deleted.
    """

    def __init__(
        self, *unique: str, forget: Callable[[str], None] = lambda id: None,
        check: Callable[[V], None] = lambda record: None, keep: Callable[[str], None] = lambda id: None,
    ) -> None:
        self._unique = unique
        self._forget = forget
        self._check = check
        self._keep = keep
        self._records: dict[str, V] = {}

    def get(self, id: str, /) -> V | None:
        return self._records.get(id)

    def list(self, **wanted: Wanted) -> Sequence[V]:
        return _selected([self._records[id] for id in sorted(self._records)], wanted)

    def insert(self, record: V, /) -> None:
        id = _id(record)
        self._check(record)
        if id in self._records or self._clashes(record):
            raise Conflict("taken")
        self._records[id] = record

    def replace(self, record: V, /) -> bool:
        if self._clashes(record):
            raise Conflict("taken")
        if _id(record) not in self._records:
            return False
        self._records[_id(record)] = record
        return True

    def delete(self, id: str, /) -> bool:
        self._keep(id)
        self._forget(id)
        return self._records.pop(id, None) is not None

    def _clashes(self, record: V) -> bool:
        key = {name: getattr(record, name) for name in self._unique}
        return bool(key) and any(_id(other) != _id(record) for other in self.list(**key))


class MemoryLinks(Generic[V]):
    def __init__(self) -> None:
        self._links: list[V] = []

    def list(self, **wanted: Wanted) -> Sequence[V]:
        return _selected(self._links, wanted)

    def add(self, link: V, /) -> None:
        if link not in self._links:
            self._links.append(link)

    def remove(self, link: V, /) -> bool:
        if link not in self._links:
            return False
        self._links.remove(link)
        return True

    def forget(self, id: str) -> None:
        """Drop every link that names the record."""
        self._links = [link for link in self._links if id not in msgspec.structs.astuple(link)]


class MemoryPasswords:
    def __init__(self) -> None:
        self._passwords: dict[str, objects.Password] = {}

    def get(self, user_id: str, /) -> objects.Password | None:
        return self._passwords.get(user_id)

    def put(self, password: objects.Password, /) -> None:
        self._passwords[password.user_id] = password

    def put_anew(self, password: objects.Password, was: str, /) -> None:
        if self._passwords[password.user_id].hash == was:
            self.put(password)

    def count_failure(self, user_id: str, at: float, /) -> None:
        known = self._passwords.get(user_id)
        if known is not None:
            self.put(msgspec.structs.replace(known, failures=known.failures + 1, last_failed_at=at))

    def clear_failures(self, user_id: str, /) -> None:
        self.put(msgspec.structs.replace(self._passwords[user_id], failures=0))

    def forget(self, user_id: str) -> None:
        self._passwords.pop(user_id, None)


class MemoryRevocations:
    """``reads`` counts how often the list was asked for."""

    def __init__(self) -> None:
        self.reads = 0
        self._revocations: list[objects.Revocation] = []

    def add(self, revocations: Sequence[objects.Revocation]) -> None:
        if revocations:
            self._revocations = [item for item in self._revocations if item.expires_at >= revocations[0].at]
            self._revocations += revocations

    def since(self, at: float) -> Sequence[objects.Revocation]:
        self.reads += 1
        return [revocation for revocation in self._revocations if revocation.at >= at]


class MemoryStore:
    """Everything an identity service keeps."""

    def __init__(self) -> None:
        named, drop = ("domain_id", "name"), self._forget
        self.projects: MemoryRecords[objects.Project] = MemoryRecords(*named, forget=drop)
        self.users: MemoryRecords[objects.User] = MemoryRecords(*named, forget=drop)
        self.groups: MemoryRecords[objects.Group] = MemoryRecords(*named, forget=drop)
        self.roles: MemoryRecords[objects.Role] = MemoryRecords(*named, forget=drop)
        self.regions: MemoryRecords[objects.Region] = MemoryRecords()
        self.services: MemoryRecords[objects.CatalogService] = MemoryRecords(forget=drop)
        self.endpoints: MemoryRecords[objects.Endpoint] = MemoryRecords()
        self.application_credentials: MemoryRecords[objects.ApplicationCredential] = MemoryRecords(
            "user_id", "name", check=self._has_rules
        )
        self.access_rules: MemoryRecords[objects.AccessRule] = MemoryRecords(
            "user_id", "service", "method", "path", keep=self._keep_used
        )
        self.memberships: MemoryLinks[objects.Membership] = MemoryLinks()
        self.implications: MemoryLinks[objects.Implication] = MemoryLinks()
        self.assignments: MemoryLinks[objects.Assignment] = MemoryLinks()
        self.passwords = MemoryPasswords()
        self.revocations = MemoryRevocations()

    def _forget(self, id: str) -> None:
        """Ids are unique over all kinds: what names this one goes."""
        self.passwords.forget(id)
        for links in (self.memberships.forget, self.implications.forget, self.assignments.forget):
            links(id)
        for credential in self.application_credentials.list():
            if id in (credential.user_id, credential.project_id):
                self.application_credentials.delete(credential.id)
        for rule in self.access_rules.list(user_id=id):
            self.access_rules.delete(rule.id)
        for endpoint in self.endpoints.list(service_id=id):
            self.endpoints.delete(endpoint.id)

    def _has_rules(self, credential: objects.ApplicationCredential) -> None:
        for id in credential.access_rule_ids or ():
            if self.access_rules.get(id) is None:
                raise NotFound(f"no rule {id}")

    def _keep_used(self, id: str) -> None:
        if any(id in (credential.access_rule_ids or ()) for credential in self.application_credentials.list()):
            raise Conflict("in use")


def _id(record: msgspec.Struct) -> str:
    id: str = msgspec.structs.asdict(record)["id"]
    return id
