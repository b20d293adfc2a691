"""Images over HTTP: records, changes, rights."""

from __future__ import annotations

import pytest

from nova_lite.core.ids import new_uuid
from tests.functional.image.conftest import Person

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_a_new_image_is_queued_and_shown_flat(owner: Person, project: str) -> None:
    image = owner.create(name="tiny", tags=["b", "a", "b"], min_ram=64, color="blue", owner_specified_x="")
    assert image == owner.show(image["id"])
    assert {name: image[name] for name in ("name", "status", "visibility", "tags", "min_ram", "color", "owner")} == {
        "name": "tiny", "status": "queued", "visibility": "shared", "tags": ["a", "b"], "min_ram": 64, "color": "blue",
        "owner": project,
    }
    assert image["self"] == f"/v2/images/{image['id']}"
    assert {"size", "checksum", "os_hash_value", "virtual_size"} <= {name for name in image if image[name] is None}


def test_the_answer_to_a_create_says_where_the_image_is(owner: Person) -> None:
    answer = owner.ask("POST", "/v2/images", {"name": "x"})
    assert answer.headers["Location"].endswith(f"/image/v2/images/{answer.json()['id']}")
    assert answer.headers["X-OpenStack-Request-ID"].startswith("req-")


def test_an_id_may_be_chosen_once_and_never_again(owner: Person, stranger: Person) -> None:
    chosen = new_uuid()
    owner.create(id=chosen)
    assert stranger.ask("POST", "/v2/images", {"id": chosen}).status_code == 409
    assert owner.ask("DELETE", f"/v2/images/{chosen}").status_code == 204
    assert stranger.ask("POST", "/v2/images", {"id": chosen}).status_code == 409


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"disk_format": "wrong"}, 400, "disk_format"),
        ({"container_format": "wrong"}, 400, "container_format"),
        ({"visibility": "secret"}, 400, "visibility"),
        ({"min_ram": -1}, 400, "min_ram"),
        ({"min_disk": "1"}, 400, "min_disk"),
        ({"protected": "yes"}, 400, "protected"),
        ({"tags": "x"}, 400, "tags"),
        ({"name": "x" * 256}, 400, "name"),
        ({"id": "no-uuid"}, 400, "id"),
        ({"custom": 1}, 400, "custom"),
        ({"kernel_id": "no-uuid"}, 400, "kernel_id"),
        ({"tags": [str(number) for number in range(200)]}, 413, "tags"),
        ({f"p{number}": "" for number in range(200)}, 413, "properties"),
        ({"status": "active"}, 403, "status"),
        ({"checksum": "0"}, 403, "checksum"),
        ({"deleted": "yes"}, 403, "deleted"),
        ({"os_glance_foo": "bar"}, 403, "os_glance_foo"),
        ({"locations": []}, 403, "locations"),
        ({"visibility": "public"}, 403, "publicize_image"),
        ({"owner": "beta"}, 403, "owner"),
    ],
)
def test_a_bad_image_is_refused_by_the_name_of_the_field(
    owner: Person, body: dict[str, object], status: int, word: str
) -> None:
    answer = owner.ask("POST", "/v2/images", body)
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert owner.names("?visibility=shared") == []


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        ("{", "application/json", 400), ("[]", "application/json", 400), ("", "application/json", 400),
        ("a=b", "application/x-www-form-urlencoded", 415), ('{"name": "\\u0000"}', "application/json", 400),
        ("{" + " " * 200_000 + "}", "application/json", 413),
    ],
)
def test_a_body_that_is_no_image_is_refused(owner: Person, data: str, kind: str, status: int) -> None:
    assert owner.ask("POST", "/v2/images", data=data, Content_Type=kind).status_code == status


def test_faults_speak_json_to_those_who_ask(owner: Person) -> None:
    answer = owner.ask("GET", f"/v2/images/{UNKNOWN}", Accept="application/json")
    assert answer.json() == {
        "message": f"No image found with ID {UNKNOWN}", "code": "404 Not Found", "title": "Not Found"
    }


@pytest.mark.parametrize(
    "path", ["/v2/images/", f"/v2/images/{UNKNOWN}", "/v2/images/no-uuid", "/v2/nothing", "/v2/images/a%2Fb"]
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_not_there_is_not_found(owner: Person, method: str, path: str) -> None:
    assert owner.ask(method, path).status_code == 404


def test_a_wrong_method_is_told_the_right_ones(owner: Person) -> None:
    answer = owner.ask("PUT", "/v2/images")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")


def test_without_a_token_only_versions_are_told(cloud_url: str) -> None:
    nobody = Person(cloud_url, "nonsense")
    assert nobody.ask("GET", "/v2/images").status_code == 401
    assert nobody.ask("GET", "/").status_code == 300
    for path in ("/versions", "/v2"):
        versions = nobody.ask("GET", path).json()["versions"]
        assert [version["id"] for version in versions if version["status"] == "CURRENT"] == ["v2.7"]
        assert versions[0]["links"] == [{"rel": "self", "href": f"{cloud_url}/image/v2/"}]


def test_a_patch_changes_adds_and_removes(owner: Person) -> None:
    image = owner.create(name="old", color="blue", size_hint="s")
    answer = owner.patch(
        image["id"],
        {"op": "replace", "path": "/name", "value": "new"},
        {"op": "add", "path": "/color", "value": "red"},
        {"op": "add", "path": "/a~1b~0c", "value": "x"},
        {"op": "remove", "path": "/size_hint"},
        {"op": "replace", "path": "/tags", "value": ["t"]},
        {"op": "replace", "path": "/os_hidden", "value": True},
        {"op": "replace", "path": "/visibility", "value": "private"},
    )
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert changed == owner.show(image["id"])
    assert {
        name: changed.get(name) for name in ("name", "color", "a/b~c", "size_hint", "tags", "os_hidden", "visibility")
    } == {
        "name": "new", "color": "red", "a/b~c": "x", "size_hint": None, "tags": ["t"], "os_hidden": True,
        "visibility": "private",
    }


def test_the_older_patch_dialect_is_understood(owner: Person) -> None:
    kind = "application/openstack-images-v2.0-json-patch"
    image = owner.create(name="old", color="blue")
    assert owner.patch(image["id"], {"replace": "/name", "value": "new"}, kind=kind).json()["name"] == "new"
    assert owner.patch(image["id"], {"add": "/color", "value": "red"}, kind=kind).status_code == 409
    assert owner.patch(image["id"], {"remove": "/color"}, kind=kind).status_code == 200


@pytest.mark.parametrize(
    ("operation", "status", "word"),
    [
        ({"op": "replace", "path": "/nothing", "value": "x"}, 409, "does not exist"),
        ({"op": "remove", "path": "/nothing"}, 409, "does not exist"),
        ({"op": "remove", "path": "/name"}, 403, "may not be removed"),
        ({"op": "replace", "path": "/status", "value": "active"}, 403, "read-only"),
        ({"op": "replace", "path": "/id", "value": UNKNOWN}, 403, "read-only"),
        ({"op": "add", "path": "/os_glance_foo", "value": "x"}, 403, "reserved"),
        ({"op": "replace", "path": "/visibility", "value": "public"}, 403, "publicize_image"),
        ({"op": "replace", "path": "/visibility", "value": "x"}, 400, "visibility"),
        ({"op": "replace", "path": "/owner", "value": "beta"}, 403, "owner"),
        ({"op": "add", "path": "/custom", "value": 3}, 400, "custom"),
        ({"op": "replace", "path": "/min_ram", "value": -5}, 400, "min_ram"),
        ({"op": "add", "path": "/a/b", "value": "x"}, 400, "pointer"),
        ({"op": "add", "path": "a", "value": "x"}, 400, "start"),
        ({"op": "add", "path": "/a~2", "value": "x"}, 400, "escape"),
        ({"op": "add", "path": "/a"}, 400, "value"),
        ({"op": "move", "path": "/a", "value": "x"}, 400, "move"),
        ({"path": "/a"}, 400, "op"),
    ],
)
def test_a_bad_patch_is_refused_and_changes_nothing(
    owner: Person, operation: dict[str, object], status: int, word: str
) -> None:
    image = owner.create(name="old", color="blue")
    answer = owner.patch(image["id"], {"op": "replace", "path": "/name", "value": "new"}, operation)
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert owner.show(image["id"]) == image


def test_a_patch_in_another_language_is_refused(owner: Person) -> None:
    image = owner.create()
    assert owner.patch(image["id"], kind="application/json").status_code == 415
    path = f"/v2/images/{image['id']}"
    kind = "application/openstack-images-v2.1-json-patch"
    assert owner.ask("PATCH", path, data="{}", Content_Type=kind).status_code == 400
    for malformed in ("[", "[{]", '[{"op": "add", "path": "/a", "value": "\\u0000"}]', "[" * 100_000, '["\\ud800"]'):
        assert owner.ask("PATCH", path, data=malformed, Content_Type=kind).status_code == 400
    assert owner.ask("PATCH", path, data="[" + " " * 300_000 + "]", Content_Type=kind).status_code == 413


def test_tags_are_added_and_removed_one_by_one(owner: Person) -> None:
    path = f"/v2/images/{owner.create()['id']}/tags"
    assert owner.ask("PUT", f"{path}/blue").status_code == 204
    assert owner.ask("PUT", f"{path}/blue").status_code == 204
    assert owner.names("?tag=blue") == [None]
    assert owner.ask("DELETE", f"{path}/blue").status_code == 204
    assert owner.ask("DELETE", f"{path}/blue").status_code == 404
    assert owner.ask("PUT", f"{path}/{'x' * 256}").status_code == 400
    assert owner.ask("PUT", f"/v2/images/{UNKNOWN}/tags/blue").status_code == 404


def test_a_protected_image_stays(owner: Person) -> None:
    image = owner.create(protected=True)
    assert owner.ask("DELETE", f"/v2/images/{image['id']}").status_code == 403
    owner.patch(image["id"], {"op": "replace", "path": "/protected", "value": False})
    assert owner.ask("DELETE", f"/v2/images/{image['id']}").status_code == 204
    assert owner.ask("GET", f"/v2/images/{image['id']}").status_code == 404
    assert owner.ask("DELETE", f"/v2/images/{image['id']}").status_code == 404


def test_a_reader_looks_and_touches_nothing(owner: Person, reader: Person) -> None:
    image = owner.uploaded(name="seen")
    assert reader.show(image["id"]) == image
    assert reader.names(f"?owner={image['owner']}") == ["seen"]
    path = f"/v2/images/{image['id']}"
    assert reader.ask("POST", "/v2/images", {"name": "x"}).status_code == 403
    assert reader.ask("DELETE", path).status_code == 403
    assert reader.patch(image["id"], {"op": "replace", "path": "/name", "value": "x"}).status_code == 403
    assert reader.ask("PUT", f"{path}/tags/x").status_code == 403
    assert reader.ask("POST", f"{path}/actions/deactivate").status_code == 403


@pytest.mark.parametrize(
    ("visibility", "status"), [("private", 404), ("shared", 404), ("community", 403), ("public", 403)]
)
def test_another_project_changes_nothing_and_sees_only_what_it_is_given(
    owner: Person, stranger: Person, admin: Person, visibility: str, status: int
) -> None:
    image = owner.uploaded(name="x")
    admin.patch(image["id"], {"op": "replace", "path": "/visibility", "value": visibility})
    path = f"/v2/images/{image['id']}"
    assert stranger.ask("GET", path).status_code == (200 if status == 403 else 404)
    assert stranger.ask("GET", f"{path}/file").status_code == (200 if status == 403 else 404)
    assert stranger.ask("DELETE", path).status_code == status
    assert stranger.upload(image["id"], b"x").status_code == status
    assert stranger.patch(image["id"], {"op": "add", "path": "/a", "value": "b"}).status_code == status
    assert stranger.ask("PUT", f"{path}/tags/x").status_code == status
    assert owner.show(image["id"])["tags"] == []


def test_an_owner_that_no_project_can_be_is_refused(admin: Person) -> None:
    assert admin.ask("POST", "/v2/images", {"owner": "x" * 65}).status_code == 400


def test_an_admin_may_publish_and_give_away(stranger: Person, other: str, admin: Person) -> None:
    image = admin.create(name="everyones", visibility="public")
    assert stranger.show(image["id"])["visibility"] == "public"
    admin.patch(image["id"], {"op": "replace", "path": "/owner", "value": other})
    assert stranger.patch(image["id"], {"op": "add", "path": "/a", "value": "b"}).status_code == 200


def test_schemas_are_told(owner: Person) -> None:
    for name in ("image", "images", "member", "members"):
        assert owner.ask("GET", f"/v2/schemas/{name}").json()["name"] == name
    assert owner.ask("GET", "/v2/schemas/other").status_code == 404
    assert owner.ask("GET", f"/v2/images/{owner.create()['id']}/tasks").json() == {"tasks": []}


def test_who_acts_in_no_project_has_no_images(cloud_url: str) -> None:
    nobody = Person(cloud_url, "member@")
    assert nobody.ask("GET", "/v2/images").status_code == 403
    assert nobody.ask("POST", "/v2/images", {"name": "nobody's"}).status_code == 403


def test_a_property_says_only_so_much(owner: Person) -> None:
    image = owner.create(story="s" * 65535)
    assert owner.show(image["id"])["story"] == "s" * 65535
    patch = {"op": "add", "path": "/longer", "value": "s" * 65536}
    assert owner.patch(image["id"], patch).status_code == 400
