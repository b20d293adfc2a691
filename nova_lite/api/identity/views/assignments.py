"""How an assignment looks."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.objects.base import Value
from nova_lite.objects.identity import Assignment, Group, Project, Role, User


class Names(Value, frozen=True, kw_only=True):
    """The records that assignments speak of, by id."""

    users: Mapping[str, User]
    groups: Mapping[str, Group]
    projects: Mapping[str, Project]
    roles: Mapping[str, Role]


def show(base_url: str, assignment: Assignment, names: Names | None) -> dict[str, object]:
    """With ``names`` the ids come with the names of the records and their domains."""
    role: dict[str, object] = {"id": assignment.role_id}
    actor: dict[str, object] = {"id": assignment.actor_id}
    if names is not None:
        role.update(_role(names.roles.get(assignment.role_id), names))
        people: Mapping[str, User | Group] = names.users if assignment.actor_kind == "user" else names.groups
        actor.update(_person(people.get(assignment.actor_id), names))
    return {
        "role": role, assignment.actor_kind: actor, "scope": _scope(assignment, names),
        "links": {"assignment": f"{base_url}/v3/{_path(assignment)}"},
    }


def _scope(assignment: Assignment, names: Names | None) -> dict[str, object]:
    if assignment.target_kind == "system":
        return {"system": {"all": True}}
    target: dict[str, object] = {"id": assignment.target_id}
    record = names.projects.get(assignment.target_id) if names is not None else None
    if record is not None and names is not None:
        target["name"] = record.name
        if record.domain_id is not None:
            target["domain"] = _domain(record.domain_id, names)
    scope: dict[str, object] = {assignment.target_kind: target}
    if assignment.inherited:
        scope["OS-INHERIT:inherited_to"] = "projects"
    return scope


def _role(role: Role | None, names: Names) -> dict[str, object]:
    if role is None:
        return {}
    if role.domain_id is None:
        return {"name": role.name}
    return {"name": role.name, "domain": _domain(role.domain_id, names)}


def _person(person: User | Group | None, names: Names) -> dict[str, object]:
    return {} if person is None else {"name": person.name, "domain": _domain(person.domain_id, names)}


def _domain(id: str, names: Names) -> dict[str, object]:
    record = names.projects.get(id)
    return {"id": id, "name": record.name if record is not None else id}


def _path(assignment: Assignment) -> str:
    target = "system" if assignment.target_kind == "system" else f"{assignment.target_kind}s/{assignment.target_id}"
    path = f"{target}/{assignment.actor_kind}s/{assignment.actor_id}/roles/{assignment.role_id}"
    return f"OS-INHERIT/{path}/inherited_to_projects" if assignment.inherited else path
