"""Servers as the API shows them, by microversion and by who looks."""

from __future__ import annotations

import msgspec
import pytest

from nova_lite.api.compute.views import servers as views
from nova_lite.api.microversions import v
from nova_lite.objects.fault import Fault
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance
from nova_lite.objects.nic import Nic
from nova_lite.objects.states import PowerState, VmState

SERVER = Instance(
    uuid="u1", project_id="p1", user_id="w1", display_name="vm", hostname="vm", host="h1", availability_zone="nova",
    flavor=Flavor(flavorid="42", name="m1", vcpus=1, memory_mb=512, root_gb=1, extra_specs={"a": "b"}),
    image=ImageMeta(id="i1", properties={"os": "linux"}), vm_state=VmState.ACTIVE, power_state=PowerState.RUNNING,
    nics=(Nic(id="n1", mac_address="fa:16:3e:00:00:01", addresses=("10.0.2.15", "fd00::1")),),
    created_at=1_700_000_000.0, updated_at=1_700_000_001.5, launched_at=1_700_000_001.5,
)

BASE = {
    "id", "name", "status", "tenant_id", "user_id", "metadata", "hostId", "image", "flavor", "created", "updated",
    "addresses", "accessIPv4", "accessIPv6", "links", "OS-DCF:diskConfig", "progress",
}
FULL = BASE | {
    "OS-EXT-AZ:availability_zone", "config_drive", "key_name", "security_groups",
    "os-extended-volumes:volumes_attached", "OS-EXT-STS:power_state", "OS-EXT-STS:task_state", "OS-EXT-STS:vm_state",
    "OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at",
}
ADMIN_21 = {"OS-EXT-SRV-ATTR:host", "OS-EXT-SRV-ATTR:hypervisor_hostname", "OS-EXT-SRV-ATTR:instance_name"}
ADMIN_23 = ADMIN_21 | {
    f"OS-EXT-SRV-ATTR:{name}" for name in (
        "hostname", "reservation_id", "launch_index", "kernel_id", "ramdisk_id", "root_device_name", "user_data",
    )
}


def _show(version: str, *allowed: str, server: Instance = SERVER) -> dict[str, object]:
    c = views.Circumstances("http://h/compute/v2.1", v(version), frozenset(allowed),
                            {"h1": views.HostView("h1.example", "UP")})
    shown = views.show(server, c)["server"]
    assert isinstance(shown, dict)
    return shown


@pytest.mark.parametrize(("version", "more"), [
    ("2.1", set()), ("2.8", set()), ("2.9", {"locked"}), ("2.18", {"locked"}), ("2.19", {"locked", "description"}),
    ("2.26", {"locked", "description", "tags"}),
    ("2.63", {"locked", "description", "tags", "trusted_image_certificates"}),
    ("2.71", {"locked", "description", "tags", "trusted_image_certificates", "server_groups"}),
    ("2.73", {"locked", "description", "tags", "trusted_image_certificates", "server_groups", "locked_reason"}),
    ("2.90", {"locked", "description", "tags", "trusted_image_certificates", "server_groups", "locked_reason",
              "OS-EXT-SRV-ATTR:hostname"}),
    ("2.100", {"locked", "description", "tags", "trusted_image_certificates", "server_groups", "locked_reason",
               "OS-EXT-SRV-ATTR:hostname", "pinned_availability_zone", "scheduler_hints"}),
])
def test_an_owner_sees_the_keys_of_the_version(version: str, more: set[str]) -> None:
    assert set(_show(version, views.FULL, views.ONE)) == FULL | more


def test_an_admin_sees_where_it_runs() -> None:
    assert set(_show("2.1", views.FULL, views.ONE, views.ATTRIBUTES)) == FULL | ADMIN_21
    assert set(_show("2.8", views.FULL, views.ONE, views.ATTRIBUTES)) == FULL | ADMIN_23


def test_the_state_of_the_host_is_for_who_may_see_it_since_2_16() -> None:
    assert "host_status" not in _show("2.15", views.FULL, views.HOST_STATUS)
    assert _show("2.16", views.FULL, views.HOST_STATUS)["host_status"] == "UP"


def test_an_answer_to_a_change_was_short_before_2_75() -> None:
    assert set(_show("2.1")) == BASE


def test_the_flavor_is_a_link_until_2_46_and_embedded_since() -> None:
    assert _show("2.46")["flavor"] == {
        "id": "42", "links": [{"rel": "bookmark", "href": "http://h/compute/flavors/42"}],
    }
    assert _show("2.47", views.EXTRA_SPECS)["flavor"] == {
        "vcpus": 1, "ram": 512, "disk": 1, "ephemeral": 0, "swap": 0, "original_name": "m1", "extra_specs": {"a": "b"},
    }


def test_the_image_shows_its_properties_since_2_98() -> None:
    link = {"rel": "bookmark", "href": "http://h/compute/images/i1"}
    assert _show("2.97")["image"] == {"id": "i1", "links": [link]}
    assert _show("2.98")["image"] == {"id": "i1", "links": [link], "properties": {"os": "linux"}}


def test_addresses_tell_their_version_and_interface() -> None:
    extended = {"OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01"}
    assert _show("2.1", views.FULL)["addresses"] == {"user": [
        {"version": 4, "addr": "10.0.2.15", **extended}, {"version": 6, "addr": "fd00::1", **extended},
    ]}
    assert _show("2.1")["addresses"] == {"user": [
        {"version": 4, "addr": "10.0.2.15"}, {"version": 6, "addr": "fd00::1"},
    ]}


def test_times_have_novas_forms() -> None:
    shown = _show("2.1", views.FULL)
    assert shown["created"] == "2023-11-14T22:13:20Z"
    assert shown["OS-SRV-USG:launched_at"] == "2023-11-14T22:13:21.500000"
    assert shown["OS-SRV-USG:terminated_at"] is None


def test_a_fault_is_told_only_of_a_server_in_error_and_its_details_to_admins() -> None:
    fault = Fault(message="no disk", details="Traceback", created=1_700_000_000.0)
    failed = msgspec.structs.replace(SERVER, vm_state=VmState.ERROR, fault=fault)
    told = {"code": 500, "created": "2023-11-14T22:13:20Z", "message": "no disk"}
    assert _show("2.1", server=failed)["fault"] == told
    assert _show("2.1", views.ATTRIBUTES, server=failed)["fault"] == {**told, "details": "Traceback"}
    assert "fault" not in _show("2.1", server=msgspec.structs.replace(SERVER, fault=fault))
    assert "progress" not in _show("2.1", server=failed)


def test_two_servers_of_a_project_share_a_host_id_and_those_of_two_projects_do_not() -> None:
    other = msgspec.structs.replace(SERVER, uuid="u2")
    foreign = msgspec.structs.replace(SERVER, project_id="p2")
    assert _show("2.1")["hostId"] == _show("2.1", server=other)["hostId"] != _show("2.1", server=foreign)["hostId"]
    assert _show("2.1", server=msgspec.structs.replace(SERVER, host=None))["hostId"] == ""


def test_a_server_without_an_image_says_so() -> None:
    assert _show("2.1", server=msgspec.structs.replace(SERVER, image=None))["image"] == ""
