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
    return cloud.database.transact(lambda tx: writes.report(tx, told, now))


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
    all_at_once(*(lambda: _report(cloud, told) for _ in range(4)))
    assert _report(cloud, told).uuid == told.uuid
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
    assert _report(cloud, anew).uuid == anew.uuid


def test_two_hosts_cannot_change_places(cloud: Cloud) -> None:
    first, second = a_report("a"), a_report("b")
    _report(cloud, first)
    _report(cloud, second)
    with pytest.raises(Conflict):
        _report(cloud, msgspec.structs.replace(first, host="b"))


def test_switches_reach_the_service_too(cloud: Cloud) -> None:
    cloud.host()
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, _a_service()))
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, _a_service(binary="nova-conductor")))
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
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, first))
    cloud.database.transact(
        lambda tx: service_writes.set_state(tx, first.uuid, NOW + 1, enabled=False, disabled_reason="x", forced_down=True)
    )
    later = msgspec.structs.replace(_a_service(), last_seen_at=NOW + 60, version="1.1")
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, later))
    with cloud.database.read() as tx:
        (found,) = services.page(tx, host="host1", binary="nova-compute")
        assert services.get(tx, first.uuid) == found
        assert services.page(tx, host="elsewhere") == []
    assert found == msgspec.structs.replace(
        first, id=found.id, enabled=False, disabled_reason="x", forced_down=True, updated_at=NOW + 1,
        last_seen_at=NOW + 60, version="1.1",
    )


def test_many_first_heartbeats_at_once_make_one_service(cloud: Cloud) -> None:
    beats = [_a_service() for _ in range(4)]
    found = all_at_once(*(
        lambda beat=beat: cloud.database.transact(
            lambda tx: service_writes.heartbeat(tx, beat)
        ) for beat in beats
    ))
    assert found == [None] * 4
    with cloud.database.read() as tx:
        assert len(services.page(tx)) == 1


def test_services_are_forgotten_on_demand(cloud: Cloud) -> None:
    record = _a_service()
    cloud.database.transact(lambda tx: service_writes.heartbeat(tx, record))
    cloud.database.transact(lambda tx: service_writes.remove(tx, record.uuid))
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: service_writes.remove(tx, record.uuid))
    with pytest.raises(NotFound):
        cloud.database.transact(lambda tx: service_writes.set_state(tx, record.uuid, NOW, enabled=True))
    with cloud.database.read() as tx, pytest.raises(NotFound):
        services.get(tx, record.uuid)


def test_a_sign_of_life_says_what_the_service_understands(cloud: Cloud) -> None:
    for versions in ({"compute": "1.1"}, {"compute": "1.0", "envelope": "2"}):
        service = msgspec.structs.replace(_a_service(), versions=versions)
        cloud.database.transact(lambda tx, service=service: service_writes.heartbeat(tx, service))  # type: ignore[misc]
        with cloud.database.read() as tx:
            assert [one.versions for one in services.page(tx)] == [versions]
