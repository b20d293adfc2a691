"""Grants of roles: to users and groups, on projects, domains and the system; and the list of them all."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.identity.collection import IdentityRequest, flag, listing
from nova_lite.api.identity.views import assignments as view
from nova_lite.api.identity.views import roles as role_view
from nova_lite.api.request import Json
from nova_lite.core.errors import Invalid
from nova_lite.identity import Identity
from nova_lite.identity.assignments import SYSTEM
from nova_lite.objects.identity import ActorKind, Assignment, TargetKind

# Query parameter -> the field of an assignment that it selects by.
_FILTERS = {
    "user.id": "actor_id", "group.id": "actor_id", "role.id": "role_id",
    "scope.project.id": "target_id", "scope.domain.id": "target_id",
}


def grant(request: IdentityRequest) -> None:
    request.services.identity.assignments.grant(_assignment(request))


def check(request: IdentityRequest) -> None:
    request.services.identity.assignments.require(_assignment(request))


def revoke(request: IdentityRequest) -> None:
    request.services.identity.assignments.revoke(_assignment(request))


def granted(request: IdentityRequest) -> Json:
    """The roles of one actor on one target, as granted."""
    identity = request.services.identity
    (actor_kind, actor_id), (_, target_id) = _actor(request), _target(request)
    if actor_kind == "user":
        identity.users.show(actor_id)
    else:
        identity.groups.show(actor_id)
    if target_id != SYSTEM:
        identity.projects.show(target_id)
    roles = identity.assignments.direct(actor_id, target_id, _is_inherited(request))
    return listing(request, "roles", [role_view.show(request.base_url, role) for role in roles])


def index(request: IdentityRequest) -> Json:
    """Assignments, as made or (``effective``) as they work, filtered."""
    _refuse_contradictions(request)
    identity = request.services.identity
    found: Sequence[Assignment] = identity.assignments.list()
    if _asks(request, "effective"):
        found = identity.assignments.effective_list()
    chosen = [assignment for assignment in found if _is_wanted(request, assignment)]
    names = _names(identity, chosen) if _asks(request, "include_names") else None
    return listing(
        request, "role_assignments", [view.show(request.base_url, assignment, names) for assignment in chosen]
    )


def _refuse_contradictions(request: IdentityRequest) -> None:
    for names in (("user.id", "group.id"), ("scope.project.id", "scope.domain.id", "scope.system")):
        if len(asked := [name for name in names if name in request.query]) > 1:
            raise Invalid(f"Only one of these can be asked for: {', '.join(asked)}.")
    if _asks(request, "effective") and "group.id" in request.query:
        raise Invalid("effective shows users alone: it does not go with group.id.")
    if _asks(request, "include_subtree") and "scope.project.id" not in request.query:
        raise Invalid("include_subtree needs scope.project.id.")


def _names(identity: Identity, assignments: Sequence[Assignment]) -> view.Names:
    actors = tuple({assignment.actor_id for assignment in assignments})
    return view.Names(
        users={user.id: user for user in identity.users.list(id=actors)},
        groups={group.id: group for group in identity.groups.list(id=actors)},
        projects={project.id: project for project in identity.projects.list()},
        roles={role.id: role for role in identity.roles.list()},
    )


def _is_wanted(request: IdentityRequest, assignment: Assignment) -> bool:
    for name, field in _FILTERS.items():
        value = request.query.one(name)
        if value is not None and getattr(assignment, field) != value:
            return False
    kinds = (("user.id", "actor_kind", "user"), ("group.id", "actor_kind", "group"),
             ("scope.project.id", "target_kind", "project"), ("scope.domain.id", "target_kind", "domain"),
             ("scope.system", "target_kind", "system"))
    if any(name in request.query and getattr(assignment, field) != kind for name, field, kind in kinds):
        return False
    return assignment.inherited or "scope.OS-INHERIT:inherited_to" not in request.query


def _asks(request: IdentityRequest, name: str) -> bool:
    value = request.query.one(name)
    return value is not None and bool(flag(value))


def _assignment(request: IdentityRequest) -> Assignment:
    (actor_kind, actor_id), (target_kind, target_id) = _actor(request), _target(request)
    return Assignment(
        actor_kind=actor_kind, actor_id=actor_id, target_kind=target_kind, target_id=target_id,
        role_id=request.path["role_id"], inherited=_is_inherited(request),
    )


def _actor(request: IdentityRequest) -> tuple[ActorKind, str]:
    if "user_id" in request.path:
        return "user", request.path["user_id"]
    return "group", request.path["group_id"]


def _target(request: IdentityRequest) -> tuple[TargetKind, str]:
    if "project_id" in request.path:
        return "project", request.path["project_id"]
    if "domain_id" in request.path:
        return "domain", request.path["domain_id"]
    return "system", SYSTEM


def _is_inherited(request: IdentityRequest) -> bool:
    return "/OS-INHERIT/" in request.http.path_info
