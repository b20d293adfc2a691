"""What the identity service asks of whoever keeps its records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from nova_lite.identity.revocations import RevocationStore
from nova_lite.objects import identity as objects

V = TypeVar("V")

Wanted = str | bool | None | tuple[str, ...]


class Records(Protocol[V]):
    """Records of one kind, each with an id of its own."""

    def get(self, id: str, /) -> V | None:
        """The record, or None."""
        ...

    def list(self, **wanted: Wanted) -> Sequence[V]:
        """All whose fields equal what is wanted, by id; a tuple means any of its values."""
        ...

    def insert(self, record: V, /) -> None:
        """:raises nova_lite.core.errors.Conflict: the id, or a name that must be unique, is taken."""
        ...

    def replace(self, record: V, /) -> bool:
        """Overwrite the record of that id; False when there is none.

        :raises nova_lite.core.errors.Conflict: a name that must be unique is taken.
        """
        ...

    def delete(self, id: str, /) -> bool:
        """Remove the record and, in the same transaction, what is said about it; False when there is none."""
        ...


class Links(Protocol[V]):
    """Values that are nothing but the connection of records: there, or not there."""

    def list(self, **wanted: Wanted) -> Sequence[V]:
        """As :meth:`Records.list`."""
        ...

    def add(self, link: V, /) -> None:
        """Safe to repeat."""
        ...

    def remove(self, link: V, /) -> bool:
        """False when it was not there."""
        ...


class Passwords(Protocol):
    """One password per user, and how often it was guessed wrong."""

    def get(self, user_id: str, /) -> objects.Password | None: ...

    def put(self, password: objects.Password, /) -> None:
        """Set or overwrite."""
        ...

    def put_anew(self, password: objects.Password, was: str, /) -> None:
        """Overwrite it if its hash still is ``was``: nobody has chosen another one meanwhile."""
        ...

    def count_failure(self, user_id: str, at: float, /) -> None:
        """Add one to the failures by one statement, so that parallel guesses all count."""
        ...

    def clear_failures(self, user_id: str, /) -> None: ...


class IdentityStore(Protocol):
    """All records of the identity service. Every call is one transaction."""

    @property
    def projects(self) -> Records[objects.Project]: ...
    @property
    def users(self) -> Records[objects.User]: ...
    @property
    def groups(self) -> Records[objects.Group]: ...
    @property
    def roles(self) -> Records[objects.Role]: ...
    @property
    def regions(self) -> Records[objects.Region]: ...
    @property
    def services(self) -> Records[objects.CatalogService]: ...
    @property
    def endpoints(self) -> Records[objects.Endpoint]: ...
    @property
    def application_credentials(self) -> Records[objects.ApplicationCredential]:
        """Insert raises NotFound where an access rule is no more."""
        ...

    @property
    def access_rules(self) -> Records[objects.AccessRule]:
        """Delete raises Conflict while a credential has the rule."""
        ...

    @property
    def memberships(self) -> Links[objects.Membership]: ...
    @property
    def implications(self) -> Links[objects.Implication]: ...
    @property
    def assignments(self) -> Links[objects.Assignment]: ...
    @property
    def passwords(self) -> Passwords: ...
    @property
    def revocations(self) -> RevocationStore: ...
