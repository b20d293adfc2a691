"""Images shared between projects."""

from __future__ import annotations

import pytest

from tests.functional.image.conftest import Person


@pytest.fixture
def shared(owner: Person, other: str) -> str:
    """An image that was offered to another project."""
    image_id = str(owner.uploaded(b"data", name="shared")["id"])
    answer = owner.ask("POST", f"/v2/images/{image_id}/members", {"member": other})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["member_id"], answer.json()["status"]) == (other, "pending")
    return f"/v2/images/{image_id}"


def answer(person: Person, path: str, member: str, status: str) -> int:
    return person.ask("PUT", f"{path}/members/{member}", {"status": status}).status_code


def test_an_offered_image_is_usable_but_not_listed_until_it_is_accepted(
    shared: str, owner: Person, stranger: Person, project: str, other: str
) -> None:
    mine = f"?owner={project}"
    assert stranger.ask("GET", shared).status_code == 200
    assert stranger.names(mine) == []
    assert stranger.names(f"{mine}&member_status=pending") == ["shared"]
    assert answer(stranger, shared, other, "accepted") == 200
    assert stranger.names(mine) == ["shared"]
    assert stranger.names(f"{mine}&visibility=shared") == ["shared"]
    assert stranger.ask("GET", f"{shared}/file").content == b"data"
    assert answer(stranger, shared, other, "rejected") == 200
    assert stranger.names(mine) == []
    assert stranger.names(f"{mine}&member_status=all") == ["shared"]
    assert [item["status"] for item in owner.ask("GET", f"{shared}/members").json()["members"]] == ["rejected"]


def test_a_sharing_ends_at_once(shared: str, owner: Person, stranger: Person, other: str) -> None:
    assert owner.ask("DELETE", f"{shared}/members/{other}").status_code == 204
    assert owner.ask("DELETE", f"{shared}/members/{other}").status_code == 404
    assert stranger.ask("GET", shared).status_code == 404


def test_only_the_member_answers_and_only_the_owner_shares(
    shared: str, owner: Person, reader: Person, stranger: Person, other: str
) -> None:
    assert answer(owner, shared, other, "accepted") == 403
    assert stranger.ask("POST", f"{shared}/members", {"member": "third"}).status_code == 403
    assert stranger.ask("DELETE", f"{shared}/members/{other}").status_code == 403
    assert reader.ask("POST", f"{shared}/members", {"member": "third"}).status_code == 403


def test_a_member_sees_itself_and_no_other(shared: str, owner: Person, stranger: Person, other: str) -> None:
    owner.ask("POST", f"{shared}/members", {"member": "third"})
    members = owner.ask("GET", f"{shared}/members").json()
    assert {item["member_id"] for item in members["members"]} == {other, "third"}
    assert [item["member_id"] for item in stranger.ask("GET", f"{shared}/members").json()["members"]] == [other]
    assert stranger.ask("GET", f"{shared}/members/{other}").json()["member_id"] == other
    assert stranger.ask("GET", f"{shared}/members/third").status_code == 404


@pytest.mark.parametrize("body", [{}, {"member": ""}, {"member": 3}, {"member": "a/b"}, {"member": "x" * 65}])
def test_a_member_that_is_none_is_refused(shared: str, owner: Person, body: dict[str, object]) -> None:
    assert owner.ask("POST", f"{shared}/members", body).status_code == 400


def test_bad_answers_and_repetitions_are_refused(shared: str, owner: Person, stranger: Person, other: str) -> None:
    assert answer(stranger, shared, other, "perhaps") == 400
    assert owner.ask("POST", f"{shared}/members", {"member": other}).status_code == 409


@pytest.mark.parametrize("visibility", ["private", "community"])
def test_only_shared_images_have_members(owner: Person, visibility: str) -> None:
    path = f"/v2/images/{owner.create(visibility=visibility)['id']}/members"
    assert owner.ask("POST", path, {"member": "x"}).status_code == 403
    assert owner.ask("GET", path).status_code == 403
