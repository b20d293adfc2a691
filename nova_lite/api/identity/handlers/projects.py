"""Projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from urllib.parse import quote

from nova_lite.api.identity.bearer import domain_of
from nova_lite.api.identity.collection import (
    Collection,
    IdentityRequest,
    flag,
    made,
    own_link,
    select,
    split,
    text,
    text_in,
)
from nova_lite.api.identity.schemas.projects import TAG_LIST
from nova_lite.api.identity.views import projects as view
from nova_lite.api.request import Json, Reply
from nova_lite.core.ids import new_hex
from nova_lite.identity.errors import not_found
from nova_lite.objects.identity import Project

_FIELDS = ("name", "enabled", "description", "tags")
_PLACE = ("domain_id", "parent_id", "is_domain")


def _build(request: IdentityRequest, body: Mapping[str, object]) -> Project:
    fields = change(body)
    if body.get("is_domain"):
        return made(Project, id=new_hex(), is_domain=True, **fields)
    parent_id = text_in(body, "parent_id")
    domain_id = text_in(body, "domain_id") or _domain_of_parent(request, parent_id) or domain_of(request)
    return made(Project, id=new_hex(), domain_id=domain_id, parent_id=parent_id or domain_id, **fields)


def _domain_of_parent(request: IdentityRequest, parent_id: str) -> str:
    found = request.services.identity.projects.list(id=parent_id) if parent_id else ()
    return (found[0].domain_id or found[0].id) if found else ""


def change(body: Mapping[str, object]) -> dict[str, object]:
    """The changed fields; where a project is, it stays."""
    changes = split({name: value for name, value in body.items() if name not in _PLACE}, _FIELDS)
    if "description" in changes:
        changes["description"] = text_in(body, "description")
    return changes


PROJECTS = Collection(
    name="project", plural="projects", nouns=lambda identity: identity.projects, build=_build, change=change,
    view=view.show,
    filters={"name": text, "domain_id": text, "enabled": flag, "parent_id": text, "is_domain": flag},
    target=lambda request: {"project_id": request.path["project_id"]}, fixed=("id", "domain_id"),
)


def index(request: IdentityRequest) -> Json:
    wanted = {"is_domain": False, **select(request.query, PROJECTS.filters)}
    found = request.services.identity.projects.list(**wanted)
    return PROJECTS.page(request, [project for project in found if _is_tagged(request, set(project.tags))])


def _is_tagged(request: IdentityRequest, tags: set[str]) -> bool:
    def named(parameter: str) -> set[str] | None:
        value = request.query.one(parameter)
        return None if value is None else set(value.split(","))

    every, some, not_every, none = (named(parameter) for parameter in ("tags", "tags-any", "not-tags", "not-tags-any"))
    return (
        (every is None or every <= tags) and (some is None or bool(some & tags))
        and (not_every is None or not not_every <= tags) and (none is None or not none & tags)
    )


def tags(request: IdentityRequest) -> Json:
    return {"tags": list(_shown(request).tags), "links": own_link(request)}


def check_tag(request: IdentityRequest) -> None:
    if request.path["tag"] not in _shown(request).tags:
        raise not_found("tag", request.path["tag"])


def replace_tags(request: IdentityRequest) -> Json:
    return _retag(request, cast("list[str]", request.body["tags"]))


def add_tag(request: IdentityRequest) -> Reply:
    tag = {"tags": [request.path["tag"]]}
    TAG_LIST.check(tag)
    _retag(request, [*_shown(request).tags, *tag["tags"]])
    return Reply(headers={"Location": request.base_url + quote(request.http.path_info)})


def remove_tag(request: IdentityRequest) -> None:
    found = list(_shown(request).tags)
    if request.path["tag"] not in found:
        raise not_found("tag", request.path["tag"])
    _retag(request, [tag for tag in found if tag != request.path["tag"]])


def remove_tags(request: IdentityRequest) -> None:
    _retag(request, [])


def _shown(request: IdentityRequest) -> Project:
    return request.services.identity.projects.show(request.path["project_id"])


def _retag(request: IdentityRequest, found: list[str]) -> Json:
    changes = {"tags": list(dict.fromkeys(found))}
    project = request.services.identity.projects.update(request.path["project_id"], changes)
    return {"tags": list(project.tags), "links": own_link(request)}


def delete(request: IdentityRequest) -> None:
    identity = request.services.identity
    project = identity.projects.show(request.path["project_id"])
    if project.is_domain:
        identity.domains.delete(project.id)
    else:
        identity.projects.delete(project.id)
