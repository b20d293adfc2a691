import base64
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from nova_lite.objects.instance import InjectedFile
from nova_lite.virt import configdrive
from nova_lite.virt.driver import VirtError
from tests.builders.guests import a_nic, a_nic_at, an_instance

LABEL_AT = 32768 + 40  # of the ISO 9660 primary volume descriptor


def test_meta_data_describes_the_instance() -> None:
    instance = an_instance(
        metadata={"role": "web"}, key_name="mine", key_data="ssh-ed25519 AAAA me", availability_zone="nova",
        launch_index=2,
    )
    assert configdrive.meta_data(instance, b"seed") == {
        "uuid": instance.uuid, "name": "demo", "hostname": "demo", "project_id": instance.project_id,
        "launch_index": 2, "availability_zone": "nova", "meta": {"role": "web"}, "devices": [],
        "random_seed": base64.b64encode(b"seed").decode(),
        "public_keys": {"mine": "ssh-ed25519 AAAA me"},
        "keys": [{"name": "mine", "type": "ssh", "data": "ssh-ed25519 AAAA me"}],
    }


def test_the_administrators_password_is_told_where_there_is_one() -> None:
    told, untold = (json.loads(configdrive.documents(an_instance(), b"", password)["openstack/latest/meta_data.json"])
                    for password in ("s3cret", None))
    assert (told["admin_pass"], "admin_pass" in untold) == ("s3cret", False)


def test_network_data_names_links_and_networks() -> None:
    nic = a_nic(kind="bridge", bridge="br0", network="n1", mtu=1450)
    assert configdrive.network_data((nic,)) == {
        "links": [{
            "id": "tapce531f90-19", "vif_id": nic.id, "type": "bridge", "mtu": 1450,
            "ethernet_mac_address": "fa:16:3e:4c:2c:30",
        }],
        "networks": [{"id": "network0", "type": "ipv4_dhcp", "link": "tapce531f90-19", "network_id": "n1"}],
        "services": [],
    }


def test_network_data_says_how_each_address_of_version_6_is_had() -> None:
    both = a_nic_at("10.1.0.5", cidr="10.1.0.0/24")
    six = a_nic_at("fd00::5", cidr="fd00::/64", gateway="fd00::1")
    automatic = replace(both, subnets=(*both.subnets, replace(six.subnets[0], mode="slaac")))
    found: Any = configdrive.network_data((automatic, six))["networks"]
    assert [(network["id"], network["type"]) for network in found] == [
        ("network0", "ipv4_dhcp"), ("network1", "ipv6_slaac"), ("network2", "ipv6"),
    ]
    assert (found[2]["ip_address"], found[2]["netmask"]) == ("fd00::5", "ffff:ffff:ffff:ffff::")
    assert found[2]["routes"] == [{"network": "::", "netmask": "::", "gateway": "fd00::1"}]


def test_user_data_is_decoded_and_left_out_when_there_is_none() -> None:
    script = b"#!/bin/sh\necho \xff\n"
    files = configdrive.documents(an_instance(user_data=base64.b64encode(script).decode()), b"")
    assert files["openstack/latest/user_data"] == script
    assert sorted(configdrive.documents(an_instance(), b"")) == [
        "openstack/latest/meta_data.json", "openstack/latest/network_data.json", "openstack/latest/vendor_data.json",
    ]


def test_broken_user_data_is_named() -> None:
    with pytest.raises(VirtError, match="user data is not base64"):
        configdrive.documents(an_instance(user_data="not base64!"), b"")


def test_the_drive_is_made_whole_and_alone(tmp_path: Path) -> None:
    instance, path = an_instance(metadata={"k": "v"}), tmp_path / "config.iso"
    configdrive.build(instance, path)
    configdrive.build(instance, path)
    content = path.read_bytes()
    assert content[LABEL_AT : LABEL_AT + 32].rstrip() == b"config-2"
    assert json.dumps({"k": "v"}, separators=(",", ":")).encode() in content
    assert list(tmp_path.iterdir()) == [path]


def test_user_data_may_be_broken_into_lines() -> None:
    text = b"#!/bin/sh\n" + b"echo hello\n" * 20
    assert configdrive.user_data(an_instance(user_data=base64.encodebytes(text).decode())) == text


def test_files_are_on_the_drive_and_told_where_they_go() -> None:
    files = (InjectedFile(path="/etc/motd", contents="aGVsbG8="), InjectedFile(path="../x", contents=""))
    found = configdrive.documents(an_instance(files=files), b"")
    assert (found["openstack/content/0000"], found["openstack/content/0001"]) == (b"hello", b"")
    assert json.loads(found["openstack/latest/meta_data.json"])["files"] == [
        {"path": "/etc/motd", "content_path": "/content/0000"}, {"path": "../x", "content_path": "/content/0001"},
    ]
