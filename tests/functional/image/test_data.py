"""The data of images over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import disks
from tests.functional.image.cloud import ImageCloud
from tests.functional.image.conftest import Person

DATA = bytes(range(256)) * 10_000


def chunks(data: bytes) -> Iterator[bytes]:
    """The data piece by piece: requests sends them with Transfer-Encoding: chunked."""
    for start in range(0, len(data), 60_000):
        yield data[start : start + 60_000]


@pytest.mark.parametrize("chunked", [False, True])
def test_what_goes_in_comes_out_with_its_hashes(owner: Person, chunked: bool) -> None:
    image = owner.create()
    assert owner.upload(image["id"], chunks(DATA) if chunked else DATA).status_code == 204
    image = owner.show(image["id"])
    md5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
    assert {name: image[name] for name in ("status", "size", "checksum", "os_hash_algo", "os_hash_value")} == {
        "status": "active", "size": len(DATA), "checksum": md5, "os_hash_algo": "sha512",
        "os_hash_value": hashlib.sha512(DATA).hexdigest(),
    }
    answer = owner.ask("GET", f"/v2/images/{image['id']}/file")
    assert answer.content == DATA
    assert (answer.headers["Content-MD5"], answer.headers["Content-Type"]) == (md5, "application/octet-stream")
    assert answer.headers["Content-Length"] == str(len(DATA))


def test_an_image_without_data_gives_an_empty_answer(owner: Person) -> None:
    answer = owner.ask("GET", f"/v2/images/{owner.create()['id']}/file")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ("bytes=0-3", 206, DATA[:4], f"bytes 0-3/{len(DATA)}"),
        (f"bytes={len(DATA) - 2}-", 206, DATA[-2:], f"bytes {len(DATA) - 2}-{len(DATA) - 1}/{len(DATA)}"),
        ("bytes=-3", 206, DATA[-3:], f"bytes {len(DATA) - 3}-{len(DATA) - 1}/{len(DATA)}"),
        (f"bytes={len(DATA)}-", 416, b"", f"bytes */{len(DATA)}"),
        ("lines=1-2", 200, DATA, None),
        (f"bytes={'9' * 19}-", 416, b"", f"bytes */{len(DATA)}"),
        (f"bytes={'9' * 5000}-", 200, DATA, None),
        ("bytes=-3,x", 200, DATA, None),
    ],
)
def test_a_part_of_the_data_may_be_asked_for(
    owner: Person, asked: str, status: int, content: bytes, told: str | None
) -> None:
    image = owner.uploaded(DATA)
    answer = owner.ask("GET", f"/v2/images/{image['id']}/file", Range=asked)
    assert (answer.status_code, answer.content, answer.headers.get("Content-Range")) == (status, content, told)


def test_the_size_of_the_disk_is_read_from_its_header(owner: Person) -> None:
    assert owner.uploaded(disks.a_qcow2(size=3 << 30), disk_format="qcow2")["virtual_size"] == 3 << 30


@pytest.mark.parametrize(
    ("disk_format", "data", "word"),
    [
        ("qcow2", b"no disk at all", "qcow2 was declared, raw was found"),
        ("raw", disks.a_qcow2(), "raw was declared, qcow2 was found"),
        ("qcow2", disks.a_qcow2(backing="/etc/passwd"), "backing file"),
        ("qcow2", disks.a_qcow2(data_file="/etc/passwd"), "data file"),
        ("raw", disks.a_qcow2(backing="/etc/passwd"), "backing file"),
        ("vmdk", disks.a_vmdk("monolithicFlat", 'RW 1 FLAT "/etc/passwd" 0'), "createType"),
    ],
)
def test_an_image_that_lies_is_refused_and_leaves_nothing(
    owner: Person, cloud: ImageCloud, disk_format: str, data: bytes, word: str
) -> None:
    image = owner.create(disk_format=disk_format)
    answer = owner.upload(image["id"], data)
    assert (answer.status_code, word in answer.text) == (415, True), answer.text
    assert owner.show(image["id"])["status"] == "queued"
    assert not [name for name in cloud.stored() if name.startswith(str(image["id"]))]
    assert owner.upload(image["id"], disks.a_qcow2()).status_code == (204 if disk_format == "qcow2" else 415)


def test_a_site_may_take_images_that_are_not_what_they_claim_but_never_unsafe_ones(tmp_path: Path) -> None:
    with ImageCloud(tmp_path, require_match=False) as cloud:
        owner = Person(cloud.url, "member@p")
        assert owner.uploaded(b"no disk at all", disk_format="qcow2")["status"] == "active"
        image = owner.create(disk_format="raw")
        assert owner.upload(image["id"], disks.a_qcow2(backing="/etc/passwd")).status_code == 415


def test_data_beyond_the_limit_are_refused(owner: Person, cloud: ImageCloud) -> None:
    image = owner.create()
    for data in (bytes((8 << 20) + 1), chunks(bytes((8 << 20) + 1))):
        assert owner.upload(image["id"], data).status_code == 413
    assert owner.show(image["id"])["status"] == "queued"
    assert not [name for name in cloud.stored() if name.startswith(str(image["id"]))]
    assert owner.upload(image["id"], bytes(8 << 20)).status_code == 204


def test_data_are_taken_once(owner: Person) -> None:
    image = owner.uploaded(b"first")
    answer = owner.upload(image["id"], b"second")
    assert (answer.status_code, "from active to saving" in answer.text) == (409, True)
    assert owner.ask("GET", f"/v2/images/{image['id']}/file").content == b"first"


def test_formats_are_needed_before_data_and_settled_after(owner: Person) -> None:
    image = owner.create(disk_format=None)
    answer = owner.upload(image["id"], b"data")
    assert (answer.status_code, "disk_format" in answer.text) == (400, True)
    owner.patch(image["id"], {"op": "replace", "path": "/disk_format", "value": "raw"})
    assert owner.upload(image["id"], b"data").status_code == 204
    changed = owner.patch(image["id"], {"op": "replace", "path": "/disk_format", "value": "iso"})
    assert (changed.status_code, "disk_format" in changed.text) == (403, True)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_data_come_as_octets(owner: Person, kind: str) -> None:
    image = owner.create()
    answer = owner.ask("PUT", f"/v2/images/{image['id']}/file", data=b"x", Content_Type=kind)
    assert answer.status_code == 415


@pytest.mark.parametrize("size", ["9" * 5000, "-1", "1e3", "²"])
def test_an_announced_size_that_is_no_size_is_refused(owner: Person, size: str) -> None:
    answer = owner.ask(
        "PUT", f"/v2/images/{owner.create()['id']}/file", data=b"x", Content_Type="application/octet-stream",
        X_OpenStack_Image_Size=size,
    )
    assert answer.status_code == 400, answer.text


def test_an_announced_size_that_is_not_kept_is_refused(owner: Person) -> None:
    image = owner.create()
    answer = owner.ask(
        "PUT", f"/v2/images/{image['id']}/file", data=b"12345", Content_Type="application/octet-stream",
        X_OpenStack_Image_Size="6",
    )
    assert (answer.status_code, owner.show(image["id"])["status"]) == (400, "queued")


def test_deactivated_data_are_for_admins_only(owner: Person, admin: Person) -> None:
    image = owner.uploaded(b"data")
    path = f"/v2/images/{image['id']}"
    assert owner.ask("POST", f"{path}/actions/deactivate").status_code == 204
    assert owner.show(image["id"])["status"] == "deactivated"
    assert owner.ask("GET", f"{path}/file").status_code == 403
    assert admin.ask("GET", f"{path}/file").content == b"data"
    assert owner.ask("POST", f"{path}/actions/reactivate").status_code == 204
    assert owner.ask("GET", f"{path}/file").content == b"data"


def test_only_an_image_with_data_is_deactivated(owner: Person) -> None:
    image = owner.create()
    answer = owner.ask("POST", f"/v2/images/{image['id']}/actions/deactivate")
    assert (answer.status_code, "queued" in answer.text) == (403, True)


def test_deleting_an_image_deletes_its_data(owner: Person, cloud: ImageCloud) -> None:
    image = owner.uploaded(b"data")
    assert str(image["id"]) in cloud.stored()
    assert owner.ask("DELETE", f"/v2/images/{image['id']}").status_code == 204
    assert str(image["id"]) not in cloud.stored()


@pytest.mark.parametrize(("disk_format", "data"), [
    ("qcow2", disks.a_qcow2(size=(1 << 64) - 1)), ("qcow2", disks.a_qcow2(size=1 << 63)),
    ("vdi", disks.a_vdi(size=1 << 63)), ("vmdk", disks.a_vmdk(sectors=1 << 60)),
])
def test_a_disk_of_no_size_that_there_is_is_refused(owner: Person, disk_format: str, data: bytes) -> None:
    image = owner.create(disk_format=disk_format)
    answer = owner.upload(image["id"], data)
    assert (answer.status_code, "its disk would have" in answer.text) == (415, True), answer.text
    assert owner.show(image["id"])["status"] == "queued"
