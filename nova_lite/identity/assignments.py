"""Who may do what where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import structs

from nova_lite.identity.effective import World, effective
from nova_lite.identity.errors import not_found
from nova_lite.identity.registry import Registry
from nova_lite.identity.revocations import Revocations, grant_subject
from nova_lite.identity.roles import Roles
from nova_lite.identity.store import IdentityStore, Wanted
from nova_lite.objects.identity import Assignment, Project, Role, TargetKind

SYSTEM = "all"


class Tree(Protocol):
    """Projects and domains as far as assignments care."""

    def show(self, id: str) -> Project: ...
    def list(self) -> Sequence[Project]: ...

    def ancestors(self, project: Project) -> Sequence[Project]:
        """From the parent up to and including the domain."""
        ...


class Assignments:
    """Grants, and what follows from them."""

    def __init__(self, store: IdentityStore, roles: Roles, tree: Tree, revocations: Revocations) -> None:
        self._links = store.assignments
        self._memberships = store.memberships
        self._users = Registry("user", store.users)
        self._groups = Registry("group", store.groups)
        self._roles = roles
        self._tree = tree
        self._revocations = revocations

    def list(self, **wanted: Wanted) -> Sequence[Assignment]:
        """Assignments as they were made, whose fields equal what is wanted."""
        return self._links.list(**wanted)

    def grant(self, assignment: Assignment) -> None:
        """Safe to repeat. Tokens that exist do not gain by it.

        :raises RecordNotFound: actor, target or role is not there.
        """
        self._check(assignment)
        self._links.add(assignment)

    def revoke(self, assignment: Assignment) -> None:
        """Take a role away; the tokens that may have it are void.

        :raises RecordNotFound: it was not granted, or actor, target or role is not there.
        """
        self._check(assignment)
        if not self._links.remove(assignment):
            raise not_found("role assignment", assignment.role_id)
        users = [assignment.actor_id]
        if assignment.actor_kind == "group":
            users = [item.user_id for item in self._memberships.list(group_id=assignment.actor_id)]
        self._revocations.revoke(*(grant_subject(user, assignment.target_id) for user in users))

    def require(self, assignment: Assignment) -> None:
        """:raises RecordNotFound: it was not granted, or actor, target or role is not there."""
        self._check(assignment)
        if assignment not in self._links.list(actor_id=assignment.actor_id, target_id=assignment.target_id):
            raise not_found("role assignment", assignment.role_id)

    def direct(self, actor_id: str, target_id: str, inherited: bool) -> Sequence[Role]:
        """The roles granted to one actor on one target, without what follows from them; by name."""
        links = self._links.list(actor_id=actor_id, target_id=target_id, inherited=inherited)
        ids = tuple(link.role_id for link in links)
        return sorted(self._roles.list(id=ids), key=lambda role: role.name) if ids else []

    def effective(self, user_id: str, kind: TargetKind, target: Project | None) -> Sequence[Role]:
        """The roles that a user has on a target: own, by groups, inherited and implied; by name.

        ``target`` is None for the system.
        """
        target_id = target.id if target is not None else SYSTEM
        granted = self._links.list(actor_id=self._actors_of(user_id), target_id=target_id, inherited=False)
        ids = {link.role_id for link in granted if link.target_kind == kind}
        if kind == "project" and target is not None:
            above = (target.id, *(project.id for project in self._tree.ancestors(target)))
            links = self._links.list(actor_id=self._actors_of(user_id), target_id=above, inherited=True)
            ids |= {link.role_id for link in links if link.target_id != target.id}
        return self._roles.expand(ids)

    def effective_list(self) -> Sequence[Assignment]:
        """All assignments as they work, for each user, target and role."""
        world = World(
            memberships=self._memberships.list(), implications=self._roles.implications(), projects=self._tree.list(),
            hidden=frozenset(role.id for role in self._roles.list() if role.domain_id is not None),
        )
        return effective(self._links.list(), world)

    def targets_of(self, user_id: str, kind: TargetKind) -> set[str]:
        """Ids of the projects, or domains, on which a user has a role: its own, by a group, or inherited from above."""
        actors = self._actors_of(user_id)
        found = {link.target_id for link in self._links.list(actor_id=actors, target_kind=kind, inherited=False)}
        passed_on = self._links.list(actor_id=actors, inherited=True) if kind == "project" else ()
        if passed_on:
            own = [structs.replace(link, actor_kind="user", actor_id=user_id) for link in passed_on]
            world = World(memberships=(), implications=(), projects=self._tree.list())
            found |= {link.target_id for link in effective(own, world)}
        return found

    def _actors_of(self, user_id: str) -> tuple[str, ...]:
        return (user_id, *(item.group_id for item in self._memberships.list(user_id=user_id)))

    def _check(self, assignment: Assignment) -> None:
        self._roles.show(assignment.role_id)
        if assignment.actor_kind == "user":
            self._users.show(assignment.actor_id)
        else:
            self._groups.show(assignment.actor_id)
        if assignment.target_kind != "system":
            target = self._tree.show(assignment.target_id)
            if target.is_domain != (assignment.target_kind == "domain"):
                raise not_found(assignment.target_kind, assignment.target_id)
