"""Assignments as they work: groups resolved to members, roles to what they imply, inherited ones to their places."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import msgspec

from nova_lite.identity.roles import closure
from nova_lite.objects.base import Value
from nova_lite.objects.identity import Assignment, Implication, Membership, Project


class World(Value, frozen=True, kw_only=True):
    """All that assignments are resolved by. ``hidden`` are the roles of single domains: only what they imply counts."""

    memberships: Sequence[Membership]
    implications: Sequence[Implication]
    projects: Sequence[Project]
    hidden: frozenset[str] = frozenset()


def effective(assignments: Iterable[Assignment], world: World) -> list[Assignment]:
    """What the assignments amount to: each user, target and role once, in the order of their origin."""
    found: dict[Assignment, None] = {}
    for origin in assignments:
        for member in _members(origin, world.memberships):
            for placed in _places(member, world.projects):
                for role_id in sorted(closure([placed.role_id], world.implications) - world.hidden):
                    found[msgspec.structs.replace(placed, role_id=role_id)] = None
    return list(found)


def _members(assignment: Assignment, memberships: Collection[Membership]) -> Iterator[Assignment]:
    if assignment.actor_kind == "user":
        yield assignment
        return
    for link in memberships:
        if link.group_id == assignment.actor_id:
            yield msgspec.structs.replace(assignment, actor_kind="user", actor_id=link.user_id)


def _places(assignment: Assignment, projects: Collection[Project]) -> Iterator[Assignment]:
    if not assignment.inherited:
        yield assignment
        return
    parents = {project.id: project.parent_id for project in projects}
    for project in projects:
        if not project.is_domain and _is_below(project.id, assignment.target_id, parents.get):
            yield msgspec.structs.replace(assignment, target_kind="project", target_id=project.id, inherited=False)


def _is_below(id: str, above: str, parent_of: Callable[[str], str | None]) -> bool:
    parent = parent_of(id)
    while parent is not None:
        if parent == above:
            return True
        parent = parent_of(parent)
    return False
