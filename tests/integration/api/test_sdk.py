"""openstacksdk's cloud layer, unmodified: what Ansible modules and scripts are written with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openstack
import pytest

from tests.clients.stack import Stack

WAIT = 300  # seconds that a state may take to come, on a machine that is busy with other tests
# The SDK warns of its own parts that will be gone one day.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with Stack(tmp_path_factory.mktemp("sdk") / "state", "--hypervisor", "fake", "--no-demo") as stack:
        variables: dict[str, Any] = {
            name[3:].lower(): value for name, value in stack.openrc().items() if name.startswith("OS_")
        }
        with openstack.connect(load_yaml_config=False, load_envvars=False, **variables) as connection:
            yield connection


@pytest.fixture(scope="module")
def network(cloud: Any) -> Any:
    """A network whose router leads outside, so that a server of it can get a floating address."""
    outside = cloud.get_network("public")
    inside = cloud.create_network("inside")
    subnet = cloud.create_subnet("inside", cidr="10.9.0.0/24", subnet_name="inside-v4")
    router = cloud.create_router("way-out", ext_gateway_net_id=outside.id)
    cloud.add_router_interface(router, subnet_id=subnet.id)
    return inside


@pytest.fixture(scope="module")
def server(cloud: Any, network: Any) -> Any:
    cloud.create_image("disk", data=bytes(1 << 20), disk_format="raw", container_format="bare", wait=True)
    cloud.create_flavor("tiny", ram=128, vcpus=1, disk=1)
    cloud.create_keypair("key")
    cloud.create_server(
        "vm", image="disk", flavor="tiny", network="inside", key_name="key", meta={"a": "b"}, wait=True, timeout=WAIT,
        auto_ip=True, reuse_ips=False,
    )
    return cloud.get_server("vm")


def test_a_server_comes_up_with_an_address_inside_and_one_outside(cloud: Any, server: Any) -> None:
    assert server.status == "ACTIVE"
    assert server.private_v4.startswith("10.9.0.")
    assert server.public_v4.startswith("172.24.4.")
    assert [one.floating_ip_address for one in cloud.list_floating_ips()] == [server.public_v4]


def test_it_is_found_by_name_by_id_and_by_pattern(cloud: Any, server: Any) -> None:
    assert cloud.get_server("vm").id == server.id
    assert cloud.get_server(server.id).name == "vm"
    assert [one.id for one in cloud.search_servers("v*")] == [server.id]
    assert [one.id for one in cloud.list_servers(detailed=True, all_projects=True)] == [server.id]
    assert cloud.get_server("nobody") is None


def test_its_metadata_change(cloud: Any, server: Any) -> None:
    cloud.set_server_metadata("vm", {"c": "d"})
    cloud.delete_server_metadata("vm", ["a"])
    assert cloud.get_server("vm").metadata == {"c": "d"}


def test_it_goes_through_its_actions(cloud: Any, server: Any) -> None:
    compute = cloud.compute
    for action, status in (
        (compute.pause_server, "PAUSED"), (compute.unpause_server, "ACTIVE"), (compute.stop_server, "SHUTOFF"),
        (compute.start_server, "ACTIVE"), (compute.suspend_server, "SUSPENDED"), (compute.resume_server, "ACTIVE"),
    ):
        action(server.id)
        compute.wait_for_server(compute.get_server(server.id), status=status, interval=0.1, wait=WAIT)
    assert [one.action for one in compute.server_actions(server.id)][-1] == "create"


def test_it_is_rebuilt_and_imaged(cloud: Any, server: Any) -> None:
    image = cloud.get_image("disk")
    assert cloud.rebuild_server(server.id, image.id, wait=True, timeout=WAIT).status == "ACTIVE"
    snapshot = cloud.create_image_snapshot("snapshot", server.id, wait=True, timeout=WAIT)
    assert (snapshot.status, snapshot.properties.get("instance_uuid", server.id)) == ("active", server.id)


def test_its_filters_are_listed(cloud: Any, server: Any) -> None:
    cloud.create_security_group("web", "web servers")
    cloud.create_security_group_rule("web", port_range_min=80, port_range_max=80, protocol="tcp")
    assert cloud.add_server_security_groups(server, "web")
    assert {group["name"] for group in cloud.list_server_security_groups(server)} == {"default", "web"}
    assert cloud.remove_server_security_groups(server, "web")


def test_what_it_takes_is_counted(cloud: Any, server: Any) -> None:
    assert cloud.get_compute_limits().total_instances_used == 1
    assert cloud.get_compute_quotas("admin").instances > 0
    (host,) = cloud.list_hypervisors()
    assert host.state == "up"


def test_it_goes_and_takes_its_address_with_it(cloud: Any, server: Any) -> None:
    assert cloud.delete_server("vm", wait=True, timeout=WAIT, delete_ips=True)
    assert cloud.list_servers() == []
    assert cloud.list_floating_ips() == []
