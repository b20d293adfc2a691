"""The auditor over a whole cloud: silent in health; a guest that should not be there goes on the conductor's word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nova_lite.conductor.audit import Auditor
from nova_lite.core.clock import SystemClock
from nova_lite.db.session import Database
from nova_lite.rpcapi.compute import Compute
from tests.functional.whole.cloud import Cloud


@pytest.fixture
def auditor(cloud: Cloud) -> Iterator[Auditor]:
    bus = cloud.bus("nova-conductor@auditor")
    database = Database(f"sqlite:///{cloud.directory}/db.sqlite")
    yield Auditor(database, lambda host: bus.proxy(Compute, host=host), SystemClock(), 60.0)
    database.close()


def test_health_is_silent_and_what_is_left_of_a_deleted_server_goes(cloud: Cloud, image: str, auditor: Auditor) -> None:
    client = cloud.client
    server = client.boot_up(image)
    assert auditor.audit(fix=False) == []
    left = cloud.directory / "h1/instances" / server
    client.ask("DELETE", f"/servers/{server}")
    client.wait_gone(server)
    assert auditor.audit(fix=False) == []
    left.mkdir()
    (found,) = auditor.audit(fix=False)
    assert (found.kind, found.about["instance"]) == ("files.stray", server)
    (mended,) = auditor.audit(fix=True)
    assert mended.mended and not left.exists()
    assert auditor.audit(fix=False) == [] and auditor.standing == 0


def test_files_without_a_record_are_reported_and_stay(cloud: Cloud, auditor: Auditor) -> None:
    stranger = cloud.directory / "h1/instances/0f0f0f0f-0000-4000-8000-00000000abcd"
    stranger.mkdir(parents=True)
    (found,) = auditor.audit(fix=True)
    assert (found.kind, found.mended) == ("files.stray", False)
    assert stranger.exists() and auditor.standing == 1
    stranger.rmdir()

