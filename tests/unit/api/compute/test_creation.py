"""The rules of a create that no schema can say."""

from __future__ import annotations

import pytest

from nova_lite.api.compute import creation
from nova_lite.api.compute.creation import Ingredients, Placement
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Invalid, QuotaExceeded
from nova_lite.core.ids import is_uuid
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import InjectedFile
from nova_lite.objects.key_pair import KeyPair
from nova_lite.objects.quota import Quota
from nova_lite.objects.states import TaskState, VmState

IMAGE = "10000000-0000-4000-8000-000000000001"
FLAVOR = Flavor(flavorid="1", name="m1", vcpus=1, memory_mb=512, root_gb=1)
KEY = KeyPair(user_id="u", name="k", public_key="ssh-rsa A", fingerprint="", created_at=0)
CONTEXT = RequestContext(request_id="req-1", user_id="u", project_id="p")
FOUND = Ingredients(flavor=FLAVOR, image=ImageMeta(id=IMAGE), key_pair=KEY, placement=Placement("nova"))
CLI_DEVICE = {"uuid": IMAGE, "boot_index": 0, "source_type": "image", "destination_type": "local",
              "delete_on_termination": True}


@pytest.mark.parametrize(("body", "expected"), [
    ({}, (1, 1)), ({"min_count": 2}, (2, 2)), ({"max_count": 3}, (1, 3)),
    ({"min_count": "2", "max_count": "5"}, (2, 5)),
])
def test_counts(body: dict[str, object], expected: tuple[int, int]) -> None:
    assert creation.counts(body) == expected


def test_a_least_above_the_most_is_refused() -> None:
    with pytest.raises(Invalid, match="min_count must be <= max_count"):
        creation.counts({"min_count": 3, "max_count": 2})


@pytest.mark.parametrize("body", [
    {"imageRef": IMAGE},
    {"imageRef": IMAGE, "block_device_mapping_v2": [CLI_DEVICE]},
    {"imageRef": IMAGE, "block_device_mapping_v2": [{**CLI_DEVICE, "boot_index": "0"}]},
])
def test_the_image_is_found_however_it_is_named(body: dict[str, object]) -> None:
    assert creation.image_id(body) == IMAGE


@pytest.mark.parametrize("body", [
    {}, {"imageRef": ""}, {"imageRef": "", "block_device_mapping_v2": [CLI_DEVICE]},
    {"block_device_mapping_v2": [CLI_DEVICE]},
    {"imageRef": IMAGE, "block_device_mapping_v2": [{key: CLI_DEVICE[key] for key in CLI_DEVICE if key != "uuid"}]},
    {"imageRef": "other", "block_device_mapping_v2": [CLI_DEVICE]},
    {"imageRef": IMAGE, "block_device_mapping_v2": [{**CLI_DEVICE, "destination_type": "volume", "volume_size": 1}]},
    {"imageRef": IMAGE, "block_device_mapping_v2": [{**CLI_DEVICE, "source_type": "volume"}]},
    {"imageRef": IMAGE, "block_device_mapping_v2": [{**CLI_DEVICE, "source_type": "blank", "boot_index": -1}]},
    {"imageRef": IMAGE, "block_device_mapping_v2": [{**CLI_DEVICE, "boot_index": None}]},
    {"imageRef": IMAGE, "block_device_mapping_v2": [CLI_DEVICE, CLI_DEVICE]},
    {"imageRef": IMAGE, "block_device_mapping_v2": [{**CLI_DEVICE, "delete_on_termination": False}]},
    {"imageRef": IMAGE, "block_device_mapping": [{"volume_id": IMAGE}]},
])
def test_what_cannot_be_booted_from_is_refused_by_name(body: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refusal:
        creation.image_id(body)
    assert refusal.value.details["field"]


@pytest.mark.parametrize(("image", "words"), [
    (ImageMeta(id=IMAGE, status="queued"), "is not active"),
    (ImageMeta(id=IMAGE, min_ram=513), "memory is too small"),
    (ImageMeta(id=IMAGE, min_disk=2), "disk is too small"),
    (ImageMeta(id=IMAGE, virtual_size=(1 << 30) + 1), "disk is too small"),
])
def test_an_image_that_does_not_fit_is_refused(image: ImageMeta, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        creation.check_image(image, FLAVOR)


@pytest.mark.parametrize(("body", "words"), [
    ({"networks": [{"uuid": IMAGE}]}, f"Network {IMAGE} could not be found"),
    ({"networks": [{"port": IMAGE}]}, f"Port id {IMAGE} could not be found"),
    ({"networks": [{"fixed_ip": "10.0.0.1"}]}, "Bad networks format"),
    ({"security_groups": [{"name": "web"}]}, "Security group web not found"),
])
def test_networks_are_refused_where_there_are_none(body: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        creation.refuse_networks(body, "p")


MOTD = {"path": "/etc/motd", "contents": "aGVs\nbG8="}


def test_files_are_found_with_their_contents_in_one_line() -> None:
    assert creation.files({}, Quota()) == ()
    assert creation.files({"personality": [MOTD]}, Quota()) == (InjectedFile(path="/etc/motd", contents="aGVsbG8="),)


@pytest.mark.parametrize(("limits", "words"), [
    ({"injected_files": 1}, "file limit"), ({"injected_file_path_bytes": 8}, "path exceeds maximum 8"),
    ({"injected_file_content_bytes": 4}, "content exceeds maximum 4"),
])
def test_files_have_limits(limits: dict[str, int], words: str) -> None:
    body = {"personality": [MOTD, MOTD]}
    assert len(creation.files(body, Quota(**dict.fromkeys(limits, -1)))) == 2
    with pytest.raises(QuotaExceeded, match=words):
        creation.files(body, Quota(**limits))


@pytest.mark.parametrize("file", [{"contents": "YQ=="}, {"path": "/a"}, {"path": "", "contents": "YQ=="}, {}])
def test_a_file_has_a_path_and_contents(file: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="path and contents"):
        creation.files({"personality": [file]}, Quota())


@pytest.mark.parametrize("body", [
    {}, {"networks": "auto"}, {"networks": "none"}, {"networks": []}, {"security_groups": [{"name": "default"}]},
    {"personality": []},
])
def test_what_needs_nothing_is_accepted(body: dict[str, object]) -> None:
    creation.refuse_networks(body, "p")
    creation.check_extras(body)


def test_too_much_metadata_is_refused() -> None:
    creation.check_metadata({"a": "", "b": ""}, 2)
    creation.check_metadata({"a": "", "b": ""}, -1)
    with pytest.raises(QuotaExceeded, match="exceeds 1"):
        creation.check_metadata({"a": "", "b": ""}, 1)


def test_a_server_is_written_down_as_it_was_asked_for() -> None:
    body = {"name": "My VM", "networks": "auto", "metadata": {"a": "b"}, "tags": ["x", "x", "y"],
            "config_drive": "True",
            "user_data": "YQ==", "description": "d", "accessIPv4": "10.0.0.9"}
    (server,) = creation.servers(body, FOUND, CONTEXT, 1, 5.0)
    assert is_uuid(server.uuid)
    assert (server.display_name, server.hostname) == ("My VM", "my-vm")
    assert (server.project_id, server.user_id) == ("p", "u")
    assert (server.vm_state, server.task_state) == (VmState.BUILDING, TaskState.SCHEDULING)
    assert (server.key_name, server.key_data) == ("k", "ssh-rsa A")
    assert (server.tags, server.metadata, server.config_drive) == (("x", "y"), {"a": "b"}, True)
    assert (server.availability_zone, server.access_ip_v4) == ("nova", "10.0.0.9")
    (nic,) = server.nics
    assert nic.mac_address.startswith("fa:16:3e:")


@pytest.mark.parametrize("networks", ["none", []])
def test_a_server_may_have_no_interface(networks: object) -> None:
    (server,) = creation.servers({"name": "a", "networks": networks}, FOUND, CONTEXT, 1, 5.0)
    assert server.nics == ()


def test_several_servers_are_numbered_and_share_a_reservation() -> None:
    made = creation.servers({"name": "a"}, FOUND, CONTEXT, 3, 5.0)
    assert [server.display_name for server in made] == ["a-1", "a-2", "a-3"]
    assert [server.launch_index for server in made] == [0, 1, 2]
    assert len({server.reservation_id for server in made}) == 1
    assert len({server.uuid for server in made}) == 3


@pytest.mark.parametrize(("name", "expected"), [
    ("Web_01.example", "web-01-example"), ("--x--", "x"), ("日本", "server-u1"), ("a" * 70, "a" * 63), ("a b", "a-b"),
])
def test_a_name_becomes_a_host_name(name: str, expected: str) -> None:
    assert creation.hostname(name, "u1") == expected
