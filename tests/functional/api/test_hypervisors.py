"""Hypervisors tell what their hosts have told."""

from __future__ import annotations

import json

from msgspec import structs

from nova_lite.db.reads import hosts as reads
from nova_lite.db.writes import hosts
from nova_lite.objects.host import HostReport, Inventory
from tests.functional.api.cloud import HOST, ComputeCloud

UUID = "20000000-0000-4000-8000-000000000001"
TOLD = {"arch": "x86_64", "model": "m", "vendor": "v", "features": "a b", "cells": "1", "sockets": "2", "cores": "3",
        "threads": "4"}
SHOWN = {"arch": "x86_64", "model": "m", "vendor": "v", "features": ["a", "b"],
         "topology": {"cells": 1, "sockets": 2, "cores": 3, "threads": 4}}
REPORT = HostReport(
    host=HOST, uuid=UUID, hypervisor_type="QEMU", hypervisor_version=1, hypervisor_hostname="host1.test", started_at=0,
    sent_at=0, inventory=Inventory(vcpus=100, memory_mb=1 << 20, disk_gb=1000), cpu_info=TOLD, uptime="up for long",
)


def test_processor_and_uptime_are_those_of_the_last_report(cloud: ComputeCloud) -> None:
    now = cloud.clock.now()
    cloud.database.transact(lambda tx: hosts.report(tx, structs.replace(REPORT, sent_at=now + 1), now))

    def shown(path: str, version: str, key: str) -> object:
        return cloud.admin("GET", f"/os-hypervisors/{path}", version=version).at("hypervisor", key)

    assert shown("1", "2.28", "cpu_info") == SHOWN
    assert json.loads(str(shown("1", "2.27", "cpu_info"))) == SHOWN
    assert shown("1/uptime", "2.1", "uptime") == "up for long"
    assert shown(f"{UUID}/uptime", "2.87", "uptime") == "up for long"
    assert shown(UUID, "2.88", "uptime") == "up for long"
    assert cloud.admin("GET", f"/os-hypervisors/{UUID}/uptime", version="2.88").status == 404
    assert cloud.admin("GET", "/os-hypervisors/7/uptime", version="2.1").status == 404


def test_a_host_that_is_down_has_no_uptime(cloud: ComputeCloud) -> None:
    now = cloud.clock.now()
    cloud.database.transact(lambda tx: hosts.report(tx, structs.replace(REPORT, sent_at=now + 1), now))
    cloud.database.transact(lambda tx: hosts.set_forced_down(tx, HOST, True, now))
    assert cloud.admin("GET", f"/os-hypervisors/{UUID}").at("hypervisor", "uptime") is None
    answer = cloud.admin("GET", f"/os-hypervisors/{UUID}/uptime", version="2.87")
    assert (answer.status, HOST in answer.message) == (400, True)
    with cloud.database.read() as tx:
        assert reads.details(tx)[HOST].uptime == "up for long"
