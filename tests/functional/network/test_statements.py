"""A page costs as many statements as any other, however much is on it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event

from tests.functional.network.cloud import Person


@pytest.mark.parametrize("noun", [
    "networks", "subnets", "ports", "routers", "security-groups", "security-group-rules", "floatingips", "subnetpools",
])
def test_of_one_or_of_many(admin: Person, noun: str) -> None:
    public, _ = admin.network("10.1.0.0/24", **{"router:external": True})
    for number in range(3):
        network, _ = admin.network(f"10.2.{number}.0/24")
        admin.make("port", network_id=network["id"])
        admin.make("router", name="r") if number < 2 else None
        admin.make("security_group", name=f"g{number}")
        admin.make("floatingip", floating_network_id=public["id"])
        admin.make("subnetpool", name="p", prefixes=[f"10.{number}.0.0/16"])
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    costs = []
    event.listen(Engine, "before_cursor_execute", note)
    try:
        for limit in (1, 2):
            asked.clear()
            admin.get(f"/{noun}?limit={limit}")
            costs.append(len(asked))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert 0 < costs[0] == costs[1], asked
