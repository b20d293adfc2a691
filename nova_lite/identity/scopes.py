"""Finding who and what a login names, and which roles somebody has there."""

from __future__ import annotations

from nova_lite.identity.assignments import SYSTEM, Assignments
from nova_lite.identity.errors import login_refused
from nova_lite.identity.login import Named, WantedScope
from nova_lite.identity.projects import Projects
from nova_lite.identity.tokens import UNSCOPED, Scope
from nova_lite.identity.users import Users
from nova_lite.objects.base import Value
from nova_lite.objects.identity import Project, TargetKind, User


class Grant(Value, frozen=True, kw_only=True):
    """Where somebody may act, and as what: names of roles, implied ones included."""

    scope: Scope = UNSCOPED
    roles: tuple[str, ...] = ()


class Directory:
    """Records by what a login calls them."""

    def __init__(self, users: Users, projects: Projects) -> None:
        self._users = users
        self._projects = projects

    def user(self, named: Named) -> User | None:
        """The user of that id, or of that name in that domain."""
        if named.id:
            found = self._users.list(id=named.id)
            return found[0] if found else None
        domain_id = self._domain_id(named)
        return self._users.find(named.name, domain_id) if domain_id else None

    def target(self, named: Named, is_domain: bool) -> Project | None:
        """The project or domain of that id or name, if it and its domain are enabled."""
        target = self._target(named, is_domain)
        if target is None or not target.enabled:
            return None
        return target if target.domain_id is None or self.is_open(target.domain_id) else None

    def is_open(self, domain_id: str) -> bool:
        """Whether the domain is there and enabled."""
        found = self._projects.list(id=domain_id, is_domain=True)
        return bool(found) and found[0].enabled

    def _target(self, named: Named, is_domain: bool) -> Project | None:
        if named.id:
            found = self._projects.list(id=named.id, is_domain=is_domain)
            return found[0] if found else None
        if is_domain:
            return self._projects.find(named.name, None)
        domain_id = self._domain_id(named)
        return self._projects.find(named.name, domain_id) if domain_id else None

    def _domain_id(self, named: Named) -> str | None:
        if named.domain_id:
            return named.domain_id
        domain = self._projects.find(named.domain_name, None)
        return domain.id if domain is not None else None


class Scopes:
    """From the scope that is wanted to the one that is granted."""

    def __init__(self, directory: Directory, assignments: Assignments) -> None:
        self._directory = directory
        self._assignments = assignments

    def grant(self, user: User, wanted: WantedScope) -> Grant:
        """:raises LoginRefused: the scope is not there, not enabled, or the user has no role in it."""
        if wanted.kind == "unscoped" or (wanted.kind == "default" and user.default_project_id is None):
            return Grant()
        if wanted.kind == "default":
            named = Named(id=user.default_project_id or "")
            return self._granted(user, "project", named) or Grant()
        granted = self._granted(user, wanted.kind, wanted.target)
        if granted is None:
            raise login_refused()
        return granted

    def _granted(self, user: User, kind: TargetKind, named: Named) -> Grant | None:
        target = None if kind == "system" else self._directory.target(named, kind == "domain")
        if target is None and kind != "system":
            return None
        roles = tuple(role.name for role in self._assignments.effective(user.id, kind, target))
        return Grant(scope=_scope(kind, target), roles=roles) if roles else None


def _scope(kind: TargetKind, target: Project | None) -> Scope:
    if target is None:
        return Scope(kind="system", id=SYSTEM)
    return Scope(kind=kind, id=target.id, name=target.name, domain_id=target.domain_id or "")
