"""A page costs as many statements as any other, however much is on it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event

from tests.functional.image.conftest import Person


@pytest.mark.parametrize("path", [
    "/v2/images?", "/v2/images?visibility=all&", "/v2/images?visibility=shared&member_status=all&",
    "/v2/images?tag=t&a=b&sort=name:asc&",
])
def test_of_one_or_of_many(owner: Person, stranger: Person, project: str, other: str, path: str) -> None:
    for number in range(4):
        image = owner.create(name=f"i{number}", tags=["t", f"t{number}"], a="b", **{f"c{number}": "d"})
        assert owner.ask("POST", f"/v2/images/{image['id']}/members", {"member": other}).status_code == 200
        answer = stranger.ask("PUT", f"/v2/images/{image['id']}/members/{other}", {"status": "accepted"})
        assert answer.status_code == 200
    for person in (owner, stranger):
        costs = [_cost(person, f"{path}owner={project}&limit={limit}", limit) for limit in (1, 4)]
        assert 0 < len(costs[0]) == len(costs[1]), costs


def test_of_one_member_or_of_many(owner: Person) -> None:
    image_id = owner.create()["id"]
    costs: list[list[str]] = []
    for member in ("a", "b", "c"):
        assert owner.ask("POST", f"/v2/images/{image_id}/members", {"member": member}).status_code == 200
        costs.append(_cost(owner, f"/v2/images/{image_id}/members", len(costs) + 1))
    assert 0 < len(costs[0]) == len(costs[-1]), costs


def _cost(person: Person, path: str, items: int) -> list[str]:
    """The statements of one page, which holds so many."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        answer = person.ask("GET", path).json()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(answer.get("images", answer.get("members"))) == items, answer
    return asked
