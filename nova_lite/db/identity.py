"""The identity service's records over a database: what ``nova_lite.identity.store.IdentityStore`` asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from nova_lite.db.models import identity as models
from nova_lite.db.models.base import Base
from nova_lite.db.reads import identity as reads
from nova_lite.db.reads.identity import Wanted
from nova_lite.db.session import Database
from nova_lite.db.writes import identity as writes
from nova_lite.objects import identity as objects

V = TypeVar("V", bound=msgspec.Struct)


class DatabaseRecords(Generic[V]):
    """Records of one kind in one table."""

    def __init__(self, database: Database, model: type[Base], kind: type[V]) -> None:
        self._database = database
        self._model = model
        self._kind = kind

    def get(self, id: str, /) -> V | None:
        found = self.list(id=id)
        return found[0] if found else None

    def list(self, **wanted: Wanted) -> Sequence[V]:
        with self._database.read() as tx:
            return reads.matching(tx, self._model, self._kind, wanted, order="id")

    def insert(self, record: V, /) -> None:
        self._database.transact(lambda tx: writes.add(tx, self._model, record))

    def replace(self, record: V, /) -> bool:
        id: str = getattr(record, "id")  # noqa: B009  (V is any record with an id)
        return self._database.transact(lambda tx: writes.replace(tx, self._model, record, id))

    def delete(self, id: str, /) -> bool:
        return self._database.transact(lambda tx: writes.remove(tx, self._model, id))


class DatabaseLinks(Generic[V]):
    """Links of one kind in one table."""

    def __init__(self, database: Database, model: type[Base], kind: type[V]) -> None:
        self._database = database
        self._model = model
        self._kind = kind

    def list(self, **wanted: Wanted) -> Sequence[V]:
        with self._database.read() as tx:
            return reads.matching(tx, self._model, self._kind, wanted)

    def add(self, link: V, /) -> None:
        self._database.transact(lambda tx: writes.link(tx, self._model, link))

    def remove(self, link: V, /) -> bool:
        return self._database.transact(lambda tx: writes.unlink(tx, self._model, link))


class DatabasePasswords:
    """Passwords of users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: str, /) -> objects.Password | None:
        with self._database.read() as tx:
            return reads.password(tx, user_id)

    def put(self, password: objects.Password, /) -> None:
        self._database.transact(lambda tx: writes.put_password(tx, password))

    def put_anew(self, password: objects.Password, was: str, /) -> None:
        self._database.transact(lambda tx: writes.put_password_anew(tx, password, was))

    def count_failure(self, user_id: str, at: float, /) -> None:
        self._database.transact(lambda tx: writes.count_failure(tx, user_id, at))

    def clear_failures(self, user_id: str, /) -> None:
        self._database.transact(lambda tx: writes.clear_failures(tx, user_id))


class DatabaseRevocations:
    """Revocations of tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, revocations: Sequence[objects.Revocation]) -> None:
        self._database.transact(lambda tx: writes.add_revocations(tx, revocations))

    def since(self, at: float) -> Sequence[objects.Revocation]:
        with self._database.read() as tx:
            return reads.revocations(tx, at)


class DatabaseIdentityStore:
    """All records of the identity service; each call of a part is one transaction."""

    def __init__(self, database: Database) -> None:
        self.projects = DatabaseRecords(database, models.ProjectRow, objects.Project)
        self.users = DatabaseRecords(database, models.UserRow, objects.User)
        self.groups = DatabaseRecords(database, models.GroupRow, objects.Group)
        self.roles = DatabaseRecords(database, models.RoleRow, objects.Role)
        self.regions = DatabaseRecords(database, models.RegionRow, objects.Region)
        self.services = DatabaseRecords(database, models.CatalogServiceRow, objects.CatalogService)
        self.endpoints = DatabaseRecords(database, models.EndpointRow, objects.Endpoint)
        self.application_credentials = DatabaseRecords(
            database, models.ApplicationCredentialRow, objects.ApplicationCredential
        )
        self.access_rules = DatabaseRecords(database, models.AccessRuleRow, objects.AccessRule)
        self.memberships = DatabaseLinks(database, models.MembershipRow, objects.Membership)
        self.implications = DatabaseLinks(database, models.ImplicationRow, objects.Implication)
        self.assignments = DatabaseLinks(database, models.AssignmentRow, objects.Assignment)
        self.passwords = DatabasePasswords(database)
        self.revocations = DatabaseRevocations(database)
