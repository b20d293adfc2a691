"""Every route with every role: who is let in, and who is not."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import pytest

from nova_lite.api.image.app import ROUTES
from nova_lite.api.image.policies import images, members, tasks
from nova_lite.api.image.services import ImageServices
from nova_lite.api.routing import Route
from tests.functional.image.cloud import ImageCloud
from tests.functional.image.conftest import PATCH, Person

LADDER = ("nobody", "reader", "member", "admin")
# What everybody with a token may read: it tells nothing of anybody.
OPEN = frozenset({"/v2/schemas/{name}", "/v2/info/import", "/v2/info/stores"})
READERS = frozenset({images.GET, images.LIST, members.LIST, members.GET})
# An owner may not answer for the project with which it shares.
ADMINS = frozenset({tasks.ACCESS, members.MODIFY})
GUARDED = [route for route in ROUTES if not route.public]
ONE = "/v2/images/{image_id}"

# What each route is sent to do its work: (JSON, data, content type). Others are sent nothing.
OCTETS = (None, b"data", "application/octet-stream")
SENT: Mapping[str, tuple[object, bytes | None, str | None]] = {
    "POST /v2/images": ({"name": "new"}, None, None),
    f"PATCH {ONE}": (None, b'[{"op": "replace", "path": "/name", "value": "n"}]', PATCH),
    f"PUT {ONE}/file": OCTETS, f"PUT {ONE}/stage": OCTETS,
    f"POST {ONE}/members": ({"member": "third"}, None, None),
    f"PUT {ONE}/members/{{member_id}}": ({"status": "accepted"}, None, None),
    f"POST {ONE}/import": ({"method": {"name": "glance-direct"}}, None, None),
}


def _name(route: Route[ImageServices]) -> str:
    return f"{route.method} {route.path}"


def _lowest(route: Route[ImageServices]) -> str:
    if route.path in OPEN:
        return "nobody"
    return "admin" if route.rule in ADMINS else "reader" if route.rule in READERS else "member"


def _image(owner: Person, other: str, name: str) -> object:
    """An image in the state in which the route has work to do, shared with another project."""
    empty = name in (f"PUT {ONE}/file", f"PUT {ONE}/stage", f"POST {ONE}/import")
    image_id = (owner.create if empty else owner.uploaded)(name="n", tags=["t"])["id"]
    if name == f"POST {ONE}/import":
        assert owner.ask(
            "PUT", f"/v2/images/{image_id}/stage", data=b"d", Content_Type=str(OCTETS[2])
        ).status_code == 204
    assert owner.ask("POST", f"/v2/images/{image_id}/members", {"member": other}).status_code == 200
    return image_id


def _asked(person: Person, route: Route[ImageServices], image_id: object, other: str) -> int:
    body, data, kind = SENT.get(_name(route), (None, None, None))
    path = route.path.format(image_id=image_id, member_id=other, tag="t", name="image", task_id="x")
    return person.ask(route.method, path, body, data, **({"Content_Type": kind} if kind else {})).status_code


@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_a_route_lets_in_whom_it_should(
    cloud: ImageCloud, owner: Person, project: str, other: str, route: Route[ImageServices]
) -> None:
    found, expected = {}, {}
    there = HTTPStatus.NOT_FOUND if "{task_id}" in route.path else route.success  # no task is ever there
    for role in LADDER:
        image_id = _image(owner, other, _name(route)) if "{image_id}" in route.path else None
        found[role] = _asked(Person(cloud.url, f"{role}@{project}"), route, image_id, other)
        # For who may not even see it an image is not there, its own project's too.
        blind = role == "nobody" and "{image_id}" in route.path
        refused = HTTPStatus.NOT_FOUND if blind else HTTPStatus.FORBIDDEN
        expected[role] = there if LADDER.index(role) >= LADDER.index(_lowest(route)) else refused
    assert found == expected


@pytest.mark.parametrize("route", [route for route in GUARDED if "{image_id}" in route.path], ids=_name)
def test_an_image_is_not_there_for_a_project_with_which_it_is_not_shared(
    cloud: ImageCloud, owner: Person, other: str, route: Route[ImageServices]
) -> None:
    image_id = _image(owner, other, _name(route))
    for role in LADDER[:-1]:
        assert _asked(Person(cloud.url, f"{role}@third"), route, image_id, other) == HTTPStatus.NOT_FOUND, role


WAYS = (
    f"GET {ONE}", f"GET {ONE}/file", f"PATCH {ONE}", f"DELETE {ONE}", f"POST {ONE}/members", f"GET {ONE}/members",
)
# What a stranger of each role is answered to these, by the visibility of the image.
SEEN: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "private": dict.fromkeys(LADDER[:-1], (404,) * 6),
    "community": {"nobody": (404,) * 6, "reader": (200, *(403,) * 5), "member": (200, 200, *(403,) * 4)},
    "public": {"nobody": (404,) * 6, "reader": (200, *(403,) * 5), "member": (200, 200, *(403,) * 4)},
    "shared": {"nobody": (404,) * 6, "reader": (200, *(403,) * 4, 200), "member": (200, 200, *(403,) * 3, 200)},
}


@pytest.mark.parametrize("visibility", SEEN)
def test_a_stranger_does_with_an_image_what_its_visibility_says(
    cloud: ImageCloud, owner: Person, admin: Person, project: str, other: str, visibility: str
) -> None:
    maker = admin if visibility == "public" else owner
    fields: dict[str, Any] = {"owner": project} if maker is admin else {}
    image_id = maker.uploaded(visibility=visibility, **fields)["id"]
    if visibility == "shared":
        assert owner.ask("POST", f"/v2/images/{image_id}/members", {"member": other}).status_code == 200
    routes = {_name(route): route for route in GUARDED}
    found = {
        role: tuple(_asked(Person(cloud.url, f"{role}@{other}"), routes[way], image_id, other) for way in WAYS)
        for role in LADDER[:-1]
    }
    assert found == SEEN[visibility]


@pytest.mark.parametrize(("fields", "statuses"), [
    ({"visibility": "private"}, (403, 403, 201, 201)),
    ({"visibility": "shared"}, (403, 403, 201, 201)),
    ({"visibility": "community"}, (403, 403, 201, 201)),
    ({"visibility": "public"}, (403, 403, 403, 201)),
    ({"owner": "third"}, (403, 403, 403, 201)),
])
def test_who_makes_an_image_what(
    cloud: ImageCloud, project: str, fields: dict[str, str], statuses: tuple[int, ...]
) -> None:
    people = [Person(cloud.url, f"{role}@{project}") for role in LADDER]
    assert tuple(person.ask("POST", "/v2/images", fields).status_code for person in people) == statuses


def test_only_the_member_of_the_other_project_answers(cloud: ImageCloud, owner: Person, other: str) -> None:
    path = f"/v2/images/{_image(owner, other, '')}/members/{other}"
    people = [Person(cloud.url, f"{role}@{other}") for role in LADDER]
    assert [person.ask("PUT", path, {"status": "accepted"}).status_code for person in people] == [404, 403, 200, 200]


@pytest.mark.parametrize("role", LADDER)
def test_what_is_not_offered_is_not_there_whoever_asks(cloud: ImageCloud, project: str, role: str) -> None:
    person = Person(cloud.url, f"{role}@{project}")
    for path in (
        "/v2/metadefs/namespaces", "/v2/metadefs/resource_types", "/v2/schemas/metadefs/namespace", "/v2/cache"
    ):
        assert person.ask("GET", path).status_code == 404, path
    assert person.ask("POST", "/v2/metadefs/namespaces", {"namespace": "n"}).status_code == 404
    assert person.ask("POST", "/v2/tasks", {"type": "import"}).status_code == 405


def test_every_route_wants_a_token(cloud: ImageCloud) -> None:
    for route in GUARDED:
        assert _asked(Person(cloud.url, "no token"), route, "x", "x") == 401, _name(route)
