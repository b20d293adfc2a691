"""Hosts report themselves, are switched, and are who they say."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import update

from nova_lite.core.errors import Conflict, NotFound
from nova_lite.core.ids import new_uuid
from nova_lite.db.models.hosts import ComputeNodeRow
from nova_lite.db.reads import hosts as reads
from nova_lite.db.reads import services
from nova_lite.db.session import Database
from nova_lite.db.writes import hosts as writes
from nova_lite.db.writes import services as service_writes
from nova_lite.objects.host import HostReport, HostState
from nova_lite.objects.service import ServiceRecord
from tests.builders.guests import NOW
from tests.builders.hosts import an_inventory
from tests.contract.db.cloud import Cloud, a_new_instance, a_report, all_at_once


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud(database)


def _report(cloud: Cloud, told: HostReport, now: float = NOW) -> HostState:
    """Of a host whose clock is ours."""
    told = msgspec.structs.replace(told, sent_at=now)
    state = cloud.database.transact(lambda tx: writes.report(tx, told, now))
    assert state is not None
    return state


def _a_service(host: str = "host1", binary: str = "nova-compute") -> ServiceRecord:
    return ServiceRecord(
        uuid=new_uuid(), host=host, binary=binary, topic="compute", last_seen_at=NOW, updated_at=NOW
    )


def test_a_first_report_makes_the_host_known(cloud: Cloud) -> None:
    told = a_report()
    state = _report(cloud, told)
    assert (state.host, state.uuid, state.inventory) == ("host1", told.uuid, told.inventory)
    assert (state.enabled, state.forced_down, state.vcpus_used, state.last_seen_at) == (True, False, 0, NOW)
    with cloud.database.read() as tx:
        assert reads.every(tx) == [state]
        assert reads.one(tx, "host1") == reads.by_uuid(tx, told.uuid) == state


def test_reports_keep_what_is_claimed_and_switched(cloud: Cloud) -> None:
    told = a_report()
    _report(cloud, told)
    cloud.claim(cloud.accept(a_new_instance()))
    cloud.database.transact(lambda tx: writes.set_enabled(tx, "host1", False, "mending", NOW))
    more = msgspec.structs.replace(told, inventory=an_inventory(vcpus=64))
    state = _report(cloud, more, NOW + 10)
    assert (state.inventory.vcpus, state.last_seen_at) == (64, NOW + 10)
    assert (state.vcpus_used, state.instances) == (1, 1)
    assert (state.enabled, state.disabled_reason) == (False, "mending")


def test_many_first_reports_at_once_make_one_host(cloud: Cloud) -> None:
    told = a_report()
    all_at_once(*(lambda: cloud.database.transact(lambda tx: writes.report(tx, told, NOW)) for _ in range(4)))
    assert _report(cloud, told, NOW + 1).uuid == told.uuid
    with cloud.database.read() as tx:
        assert len(reads.every(tx)) == 1


def test_a_host_that_was_renamed_is_refused(cloud: Cloud) -> None:
    told = a_report("old")
    _report(cloud, told)
    with pytest.raises(Conflict, match="is known as old"):
        _report(cloud, msgspec.structs.replace(told, host="new"))


def test_a_name_with_instances_does_not_change_its_identity(cloud: Cloud) -> None:
    cloud.host()
    cloud.claim(cloud.accept(a_new_instance()))
    with pytest.raises(Conflict, match="with 1 instances"):
        _report(cloud, a_report("host1"))


def test_a_host_that_was_set_up_anew_while_empty_goes_on(cloud: Cloud) -> None:
    cloud.host()
    anew = a_report("host1")
    assert _report(cloud, anew, NOW + 1).uuid == anew.uuid


def test_two_hosts_cannot_change_places(cloud: Cloud) -> None:
    first, second = a_report("a"), a_report("b")
    _report(cloud, first)
    _report(cloud, second)
    with pytest.raises(Conflict):
        _report(cloud, msgspec.structs.replace(first, host="b"))


def test_a_report_of_before_changes_nothing(cloud: Cloud) -> None:
    told = a_report()
    older = msgspec.structs.replace(told, inventory=an_inventory(vcpus=1), sent_at=NOW + 50)
    newer = msgspec.structs.replace(told, inventory=an_inventory(vcpus=2), sent_at=NOW + 60)
    for report in (older, newer):
        cloud.database.transact(lambda tx, report=report: writes.report(tx, report, NOW + 61))  # type: ignore[misc]
    for report in (newer, older):
        again = cloud.database.transact(
            lambda tx, report=report: writes.report(tx, report, NOW + 90)  # type: ignore[misc]
        )
        assert again is None
    with cloud.database.read() as tx:
        state = reads.one(tx, "host1")
    assert (state.inventory.vcpus, state.last_seen_at) == (2, NOW + 61)


def test_an_identity_that_was_given_up_does_not_come_back(cloud: Cloud) -> None:
    first, second = a_report(), a_report()
    _report(cloud, first)
    _report(cloud, second, NOW + 1)
    assert cloud.database.transact(lambda tx: writes.report(tx, first, NOW + 2)) is None
    with cloud.database.read() as tx:
        assert (reads.one(tx, "host1").uuid, reads.one(tx, "host1").last_seen_at) == (second.uuid, NOW + 1)


def test_switches_reach_the_service_too(cloud: Cloud) -> None:
    cloud.host()
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, _a_service(), NOW))
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, _a_service(binary="nova-conductor"), NOW))
    cloud.database.transact(lambda tx: writes.set_enabled(tx, "host1", False, "mending", NOW + 1))
    state = cloud.database.transact(lambda tx: writes.set_forced_down(tx, "host1", True, NOW + 2))
    assert (state.enabled, state.disabled_reason, state.forced_down) == (False, "mending", True)
    with cloud.database.read() as tx:
        compute, conductor = services.page(tx)
    assert (compute.enabled, compute.disabled_reason, compute.forced_down) == (False, "mending", True)
    assert (conductor.enabled, conductor.forced_down) == (True, False)
    state = cloud.database.transact(lambda tx: writes.set_enabled(tx, "host1", True, "", NOW + 3))
    assert (state.enabled, state.disabled_reason) == (True, "")


def test_what_is_not_there_is_not_found(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: writes.set_enabled(tx, "nobody", True, "", NOW))
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: writes.set_forced_down(tx, "nobody", True, NOW))
    with cloud.database.read() as tx:
        assert reads.every(tx) == []
        with pytest.raises(NotFound):
            reads.one(tx, "nobody")
        with pytest.raises(NotFound):
            reads.by_uuid(tx, "nobody")


def test_counters_are_mended_from_the_ledger(cloud: Cloud) -> None:
    cloud.host()
    cloud.claim(cloud.accept(a_new_instance()))
    assert cloud.database.transact(lambda tx: writes.recount(tx, "host1")) is False
    cloud.database.transact(lambda tx: tx.change(update(ComputeNodeRow).values(vcpus_used=7, instances=3)))
    assert cloud.database.transact(lambda tx: writes.recount(tx, "host1")) is True
    with cloud.database.read() as tx:
        assert (reads.one(tx, "host1").vcpus_used, reads.one(tx, "host1").instances) == (1, 1)


def test_heartbeats_keep_identity_and_switches(cloud: Cloud) -> None:
    first = _a_service()
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, first, NOW))
    cloud.database.transact(lambda tx: service_writes.set_state(
        tx, first.uuid, NOW + 1, enabled=False, disabled_reason="x", forced_down=True
    ))
    later = msgspec.structs.replace(_a_service(), last_seen_at=NOW + 60, version="1.1")
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, later, NOW + 50))
    with cloud.database.read() as tx:
        (found,) = services.page(tx, host="host1", binary="nova-compute")
        assert services.get(tx, first.uuid) == found
        assert services.page(tx, host="elsewhere") == []
    assert found == msgspec.structs.replace(
        first, id=found.id, enabled=False, disabled_reason="x", forced_down=True, updated_at=NOW + 1,
        last_seen_at=NOW + 50, version="1.1",
    )


def test_a_heartbeat_of_before_changes_nothing(cloud: Cloud) -> None:
    newer = msgspec.structs.replace(_a_service(), last_seen_at=NOW + 60, versions={"compute": "1.1"})
    older = msgspec.structs.replace(_a_service(), last_seen_at=NOW + 50)
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, newer, NOW + 61))
    for beat in (older, newer):
        cloud.database.transact(
            lambda tx, beat=beat: service_writes.heartbeat(tx, beat, NOW + 90)  # type: ignore[misc]
        )
    with cloud.database.read() as tx:
        (found,) = services.page(tx)
    assert (found.last_seen_at, found.versions) == (NOW + 61, {"compute": "1.1"})


def test_many_first_heartbeats_at_once_make_one_service(cloud: Cloud) -> None:
    beats = [_a_service() for _ in range(4)]
    found = all_at_once(*(
        lambda beat=beat: cloud.database.transact(
            lambda tx: service_writes.heartbeat(tx, beat, NOW)
        ) for beat in beats
    ))
    assert found == [None] * 4
    with cloud.database.read() as tx:
        assert len(services.page(tx)) == 1


def test_services_are_forgotten_on_demand(cloud: Cloud) -> None:
    record = _a_service()
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, record, NOW))
    cloud.database.transact(lambda tx: service_writes.remove(tx, record.uuid))
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: service_writes.remove(tx, record.uuid))
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: service_writes.set_state(tx, record.uuid, NOW, enabled=True))
    with cloud.database.read() as tx, pytest.raises(NotFound):
        services.get(tx, record.uuid)


def test_a_sign_of_life_says_what_the_service_understands(cloud: Cloud) -> None:
    for at, versions in enumerate(({"compute": "1.1"}, {"compute": "1.0", "envelope": "2"})):
        service = msgspec.structs.replace(_a_service(), versions=versions, last_seen_at=NOW + at)
        cloud.database.transact(
            lambda tx, service=service: service_writes.heartbeat(tx, service, NOW)  # type: ignore[misc]
        )
        with cloud.database.read() as tx:
            assert [one.versions for one in services.page(tx)] == [versions]
