"""A bootstrapped identity service in memory, on a clock that moves when told to."""

from __future__ import annotations

from pathlib import Path

from nova_lite.core.clock import ManualClock
from nova_lite.core.ids import new_hex
from nova_lite.identity import Bell, Identity, KeyRing, PasswordHasher, Plan, bootstrap, ensure_key
from nova_lite.identity.login import ByPassword, ByToken, Login, Named, WantedScope
from nova_lite.objects.identity import DEFAULT_DOMAIN, Assignment, Project, User
from tests.unit.identity.memory import MemoryStore

TTL = 3600.0
ADMIN_PASSWORD = "correct horse"
PLAN = Plan(admin_password=ADMIN_PASSWORD, service_password="battery staple", public_url="http://cloud:8774/")


class World:
    """``elsewhere`` is the same service on another host: the same store and keys, its own memory."""

    def __init__(self, keys: Path) -> None:
        ensure_key(keys)
        self.keys = keys
        self.clock = ManualClock()
        self.store = MemoryStore()
        self._bell = Bell()
        self.identity = self._service(self._bell)
        bootstrap(self.identity, PLAN)
        self.clock.advance(1)

    def elsewhere(self) -> Identity:
        return self._service()

    def beside(self) -> Identity:
        """The same service in another worker of the same API."""
        return self._service(self._bell)

    def _service(self, bell: Bell | None = None) -> Identity:
        hasher = PasswordHasher(memory_kib=64, passes=1)
        return Identity(
            store=self.store, clock=self.clock, keys=KeyRing(self.keys, self.clock), hasher=hasher, token_ttl=TTL,
            bell=bell,
        )

    def user(self, name: str, password: str = "secret") -> User:
        user = self.identity.users.create(User(id=new_hex(), name=name, domain_id=DEFAULT_DOMAIN))
        self.identity.users.set_password(user.id, password)
        return user

    def project(self, name: str, parent_id: str = DEFAULT_DOMAIN) -> Project:
        record = Project(id=new_hex(), name=name, domain_id=DEFAULT_DOMAIN, parent_id=parent_id)
        return self.identity.projects.create(record)

    def role_id(self, name: str) -> str:
        return self.store.roles.list(name=name)[0].id

    def grant(self, role: str, actor_id: str, project_id: str, inherited: bool = False) -> Assignment:
        is_user = self.store.users.get(actor_id) is not None
        target = self.identity.projects.show(project_id)
        assignment = Assignment(
            actor_kind="user" if is_user else "group", actor_id=actor_id, role_id=self.role_id(role),
            target_kind="domain" if target.is_domain else "project", target_id=project_id, inherited=inherited,
        )
        self.identity.assignments.grant(assignment)
        return assignment

    def member(self, name: str) -> tuple[User, Project]:
        """A user who is a member of a project of the same name."""
        user, project = self.user(name), self.project(name)
        self.grant("member", user.id, project.id)
        return user, project

    def token(self, user: str, password: str = "secret", project: str | None = None) -> str:
        """A token for the project of that name, by default the user's own."""
        return self.identity.login(login(user, password, project or user))[0]


def named(name: str) -> Named:
    return Named(name=name, domain_id=DEFAULT_DOMAIN)


def login(user: str, password: str, project: str | None) -> Login:
    scope = WantedScope(kind="project", target=named(project)) if project else WantedScope()
    return Login(proofs=(ByPassword(user=named(user), password=password),), scope=scope)


def rescope(token: str, project: str | None) -> Login:
    scope = WantedScope(kind="project", target=named(project)) if project else WantedScope(kind="unscoped")
    return Login(proofs=(ByToken(token=token),), scope=scope)
