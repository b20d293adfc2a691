"""What a broker gives again is noted while it is in work, and only then: stopping says nothing against a message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nova_lite.core.context import RequestContext
from stack import processes
from tests.contract.rpc.contracts import Post
from tests.contract.rpc.fabric import Fabric
from tests.patience import PATIENCE

pytestmark = pytest.mark.transports("kombu")  # nobody else gives a message again


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "begun"


def test_what_a_stopping_server_gives_back_is_no_suspect(
    fabric: Fabric, context: RequestContext, journal: Path
) -> None:
    first, server = fabric.office(journal=str(journal))
    fabric.bus().proxy(Post).hold_cast(context, 9)
    first.entered.get(PATIENCE)
    assert os.listdir(journal) == [], "what comes first costs nothing"
    server.kill()
    second, server = fabric.office(journal=str(journal))
    second.entered.get(PATIENCE)
    assert len(os.listdir(journal)) == 1
    assert server.stop(0.1) is False
    assert os.listdir(journal) == []
    third, _ = fabric.office(journal=str(journal))
    for office in (first, second, third):
        office.gate.set()
    assert third.heard.get(PATIENCE) == ("hold_cast", 9)


def test_what_ends_well_leaves_nothing(fabric: Fabric, context: RequestContext, journal: Path) -> None:
    first, server = fabric.office()
    post = fabric.bus().proxy(Post)
    for number in range(5):
        post.hold_cast(context, number)
    for _ in range(5):
        first.entered.get(PATIENCE)
    server.kill()
    second, _ = fabric.office(journal=str(journal), poison_limit=1)
    for _ in range(5):  # none is a suspect: they are in work at the same time
        second.entered.get(PATIENCE)
    first.gate.set()
    second.gate.set()
    assert {second.heard.get(PATIENCE)[1] for _ in range(5)} == set(range(5))
    assert processes.wait_until(lambda: not os.listdir(journal), PATIENCE)  # the note goes right after the handler
