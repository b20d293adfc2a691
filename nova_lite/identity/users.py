"""Users with their passwords, and groups with their members."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from nova_lite.core.clock import Clock
from nova_lite.identity.errors import login_refused, not_found
from nova_lite.identity.passwords import PasswordHasher
from nova_lite.identity.registry import Registry
from nova_lite.identity.revocations import Revocations, grant_subject, user_subject
from nova_lite.identity.store import IdentityStore, Records
from nova_lite.identity.throttle import is_deaf
from nova_lite.objects.identity import Group, Membership, Password, Project, User

LOG = logging.getLogger(__name__)


def require_domain(projects: Records[Project], id: str) -> None:
    """:raises RecordNotFound: no domain has that id."""
    domain = projects.get(id)
    if domain is None or not domain.is_domain:
        raise not_found("domain", id)


class Users(Registry[User]):
    """Users by id."""

    def __init__(self, store: IdentityStore, hasher: PasswordHasher, clock: Clock, revocations: Revocations) -> None:
        super().__init__("user", store.users)
        self._store = store
        self._hasher = hasher
        self._clock = clock
        self._revocations = revocations

    def create(self, record: User) -> User:
        """:raises RecordNotFound: the domain is not there."""
        require_domain(self._store.projects, record.domain_id)
        return super().create(record)

    def update(self, id: str, changes: Mapping[str, object]) -> User:
        """Change a user; the tokens of one that is disabled are void."""
        user = super().update(id, changes)
        if not user.enabled:
            self._revocations.revoke(user_subject(id))
        return user

    def delete(self, id: str) -> None:
        """Delete a user with password, memberships and assignments; its tokens are void."""
        super().delete(id)
        self._revocations.revoke(user_subject(id))

    def find(self, name: str, domain_id: str) -> User | None:
        """A user by its name within a domain."""
        found = self.list(name=name, domain_id=domain_id)
        return found[0] if found else None

    def set_password(self, id: str, password: str) -> None:
        """Give a user a password; earlier tokens are void."""
        self.show(id)
        had_one = self._store.passwords.get(id) is not None
        self._store.passwords.put(self._made(id, password))
        if had_one:
            self._revocations.revoke(user_subject(id))

    def change_password(self, id: str, original: str, password: str) -> None:
        """A user changes its own password.

        :raises LoginRefused: ``original`` is not the password now.
        """
        if not self.check_password(id, original):
            raise login_refused()
        self.set_password(id, password)

    def check_password(self, id: str | None, password: str) -> bool:
        """Whether this is the user's password; a wrong guess counts. Takes as long for nobody (None) as for anybody."""
        known = self._store.passwords.get(id) if id is not None else None
        now = self._clock.now()
        deaf = known is not None and is_deaf(known, now)
        right = self._hasher.verify(known.hash if known else None, password)
        if known is None or deaf:
            return False
        if not right:
            LOG.warning("wrong password for user %s, %d in a row", known.user_id, known.failures + 1)
            self._store.passwords.count_failure(known.user_id, now)
            return False
        if self._hasher.is_stale(known.hash):
            self._store.passwords.put_anew(self._made(known.user_id, password), known.hash)
        elif known.failures:
            self._store.passwords.clear_failures(known.user_id)
        return True

    def has_password(self, id: str, password: str) -> bool:
        """Whether this is the user's password; for administrators' tools: nothing is counted or refused."""
        known = self._store.passwords.get(id)
        return self._hasher.verify(known.hash if known else None, password)

    def _made(self, id: str, password: str) -> Password:
        return Password(user_id=id, hash=self._hasher.hash(password), changed_at=self._clock.now())


class Groups(Registry[Group]):
    """Groups by id, and who is in them."""

    def __init__(self, store: IdentityStore, users: Users, revocations: Revocations) -> None:
        super().__init__("group", store.groups)
        self._store = store
        self._users = users
        self._revocations = revocations

    def create(self, record: Group) -> Group:
        """:raises RecordNotFound: the domain is not there."""
        require_domain(self._store.projects, record.domain_id)
        return super().create(record)

    def delete(self, id: str) -> None:
        """Delete a group; what its members may do by it, their tokens may no more."""
        grants = self._grants(id, [user.id for user in self.members(id)])
        super().delete(id)
        self._revocations.revoke(*grants)

    def members(self, id: str) -> Sequence[User]:
        """The users in a group, by id."""
        self.show(id)
        ids = tuple(link.user_id for link in self._store.memberships.list(group_id=id))
        return self._users.list(id=ids) if ids else ()

    def of_user(self, user_id: str) -> Sequence[Group]:
        """The groups that a user is in, by id."""
        self._users.show(user_id)
        ids = tuple(link.group_id for link in self._store.memberships.list(user_id=user_id))
        return self.list(id=ids) if ids else ()

    def add(self, id: str, user_id: str) -> None:
        """Safe to repeat."""
        self.show(id)
        self._users.show(user_id)
        self._store.memberships.add(Membership(group_id=id, user_id=user_id))

    def remove(self, id: str, user_id: str) -> None:
        """:raises RecordNotFound: the user is not in the group."""
        self.require(id, user_id)
        self._store.memberships.remove(Membership(group_id=id, user_id=user_id))
        self._revocations.revoke(*self._grants(id, [user_id]))

    def require(self, id: str, user_id: str) -> None:
        """:raises RecordNotFound: the user is not in the group."""
        self.show(id)
        self._users.show(user_id)
        if not self._store.memberships.list(group_id=id, user_id=user_id):
            raise not_found("member", user_id)

    def _grants(self, id: str, user_ids: Sequence[str]) -> list[str]:
        """What these users have by the group, as subjects of revocations."""
        targets = {link.target_id for link in self._store.assignments.list(actor_id=id)}
        return [grant_subject(user, target) for user in user_ids for target in sorted(targets)]
