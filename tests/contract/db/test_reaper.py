"""The reaper over a database: whose silence counts."""

from __future__ import annotations

import pytest

from nova_lite.conductor.dispatch import Dispatch
from nova_lite.conductor.reaper import GAP, LONGEST, Reaper
from nova_lite.conf.control import ConductorSettings
from nova_lite.core.clock import ManualClock
from nova_lite.core.context import RequestContext
from nova_lite.db.reads import operations as reads
from nova_lite.db.session import Database
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.operation import Operation
from tests.builders.guests import NOW
from tests.contract.db.cloud import LEASE, Cloud, a_new_instance

pytestmark = pytest.mark.promise(1, 6)

SETTINGS = ConductorSettings()
SILENCE = SETTINGS.host_down_after + LEASE + LONGEST  # what is cast again is looked at again after its lease


class Nowhere(Dispatch):
    """Casts go nowhere."""

    def __init__(self) -> None:
        pass

    def send(self, context: RequestContext, grant: ClaimGrant, admin_pass: str | None = None) -> bool:
        return True


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def reaper(database: Database, clock: ManualClock) -> Reaper:
    return Reaper(database, Nowhere(), clock, SETTINGS)


@pytest.fixture
def claimed(database: Database) -> Operation:
    """A boot that waits for a host which is never heard of again."""
    cloud = Cloud.with_hosts(database, "host1")
    return cloud.claim(cloud.accept(a_new_instance())).operation


def look_on(reaper: Reaper, clock: ManualClock, seconds: float) -> None:
    """The reaper looks every second."""
    for _ in range(int(seconds)):
        clock.advance(1)
        reaper.reap()


def host_of(database: Database, operation: Operation) -> str | None:
    with database.read() as tx:
        return reads.get(tx, operation.id).host


def test_a_boot_is_taken_from_a_host_that_was_not_heard_while_somebody_listened(
    database: Database, clock: ManualClock, reaper: Reaper, claimed: Operation
) -> None:
    look_on(reaper, clock, SILENCE)
    assert host_of(database, claimed) is None


def test_a_boot_stays_with_a_host_that_nobody_listened_to(
    database: Database, clock: ManualClock, reaper: Reaper, claimed: Operation
) -> None:
    look_on(reaper, clock, 2)
    clock.advance(SILENCE)  # this process is frozen, or the database is away
    look_on(reaper, clock, 2)
    assert host_of(database, claimed) == "host1"
    look_on(reaper, clock, SILENCE)
    assert host_of(database, claimed) is None


def test_a_conductor_that_has_just_come_has_not_listened(
    database: Database, clock: ManualClock, reaper: Reaper, claimed: Operation
) -> None:
    clock.advance(SILENCE)
    look_on(reaper, clock, SETTINGS.host_down_after - 1)
    assert host_of(database, claimed) == "host1"


def test_a_look_that_is_a_little_late_is_no_silence(
    database: Database, clock: ManualClock, reaper: Reaper, claimed: Operation
) -> None:
    for _ in range(int(SILENCE / GAP) + 1):
        clock.advance(GAP)
        reaper.reap()
    assert host_of(database, claimed) is None
