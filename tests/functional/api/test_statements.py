"""A page costs as many statements as any other, however much is on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from tests.functional.api.cloud import ComputeCloud


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What the databases of this process are asked."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", [
    "/servers?", "/servers/detail?", "/servers/detail?all_tenants=1&", "/flavors/detail?is_public=None&",
    "/os-keypairs?",
    "/os-server-groups?", "/os-migrations?", "/os-simple-tenant-usage?detailed=1&",
])
def test_of_one_or_of_many(cloud: ComputeCloud, statements: list[str], path: str) -> None:
    for number in range(3):
        cloud.active(name=f"vm{number}", metadata={"a": "b"}, tags=["t"], networks="auto")
        cloud.admin("POST", "/os-keypairs", {"keypair": {"name": f"k{number}"}}, version="2.2")
        cloud.admin("POST", "/os-server-groups", {"server_group": {"name": "g", "policy": "affinity"}})
    costs = []
    for limit in (1, 3):
        statements.clear()
        assert cloud.admin("GET", f"{path}limit={limit}").status == 200
        costs.append(len(statements))
    assert 0 < costs[0] == costs[1], statements
