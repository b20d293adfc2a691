"""Large uploads to a real process under eventlet: memory, responsiveness, and clients that leave."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.functional.image.conftest import Person

ROOT = Path(__file__).parents[3]
MIB = 1 << 20
DEADLINE = 120.0  # seconds for what should take a moment; a busy machine may stand still for some


class Served:
    """The service's process and where it listens."""

    def __init__(self, process: subprocess.Popen[str], url: str, path: Path) -> None:
        self.process = psutil.Process(process.pid)
        self.url = url
        self.path = path

    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def stored(self) -> list[str]:
        return sorted(file.name for file in (self.path / "images").glob("*"))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.integration.image.serve", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        url = process.stdout.readline().strip()
        assert url, "the service did not start"
        yield Served(process, url, tmp_path)
        process.stdin.close()
        assert process.wait(DEADLINE) == 0


@pytest.fixture
def owner(served: Served) -> Person:
    return Person(served.url, "member@p")


def begin_upload(served: Served, image_id: object, headers: dict[str, str]) -> socket.socket:
    """A connection on which an upload has begun."""
    connection = socket.create_connection(served.address())
    lines = {"Host": "x", "X-Auth-Token": "member@p", "Content-Type": "application/octet-stream", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    connection.sendall(f"PUT /image/v2/images/{image_id}/file HTTP/1.1\r\n{head}\r\n".encode())
    return connection


def wait_for_status(owner: Person, image_id: object, status: str) -> None:
    until = time.monotonic() + DEADLINE
    while owner.show(image_id)["status"] != status:
        assert time.monotonic() < until, f"the image never became {status}"


def wait_for_partial(served: Served) -> None:
    until = time.monotonic() + DEADLINE
    while not [name for name in served.stored() if name.endswith(".partial")]:
        assert time.monotonic() < until, "nothing of the upload was ever stored"


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_whose_client_leaves_is_queued_again_and_leaves_nothing(
    served: Served, owner: Person, chunked: bool
) -> None:
    image_id = owner.create()["id"]
    headers = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(100 * MIB)}
    with begin_upload(served, image_id, headers) as connection:
        block = bytes(3 * MIB)
        connection.sendall(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
        wait_for_partial(served)
    wait_for_status(owner, image_id, "queued")
    assert served.stored() == []
    assert owner.upload(image_id, b"again").status_code == 204


def test_while_one_uploads_another_is_refused(served: Served, owner: Person) -> None:
    image_id = owner.create()["id"]
    with begin_upload(served, image_id, {"Content-Length": "10"}) as connection:
        connection.sendall(b"12345")
        wait_for_status(owner, image_id, "saving")
        assert owner.upload(image_id, b"x").status_code == 409
        connection.sendall(b"67890")
        assert connection.recv(100).startswith(b"HTTP/1.1 204")
    assert owner.ask("GET", f"/v2/images/{image_id}/file").content == b"1234567890"


def test_an_image_deleted_during_its_upload_takes_its_data_along(served: Served, owner: Person) -> None:
    image_id = owner.create()["id"]
    with begin_upload(served, image_id, {"Content-Length": "10"}) as connection:
        connection.sendall(b"12345")
        wait_for_status(owner, image_id, "saving")
        assert owner.ask("DELETE", f"/v2/images/{image_id}").status_code == 204
        connection.sendall(b"67890")
        assert connection.recv(100).startswith(b"HTTP/1.1 404")
    assert served.stored() == []


def test_what_is_changed_during_an_upload_stays_changed(served: Served, owner: Person) -> None:
    image_id = owner.create(name="old")["id"]
    with begin_upload(served, image_id, {"Content-Length": "10"}) as connection:
        connection.sendall(b"12345")
        wait_for_status(owner, image_id, "saving")
        assert owner.patch(image_id, {"op": "replace", "path": "/name", "value": "new"}).status_code == 200
        connection.sendall(b"67890")
        assert connection.recv(100).startswith(b"HTTP/1.1 204")
    image = owner.show(image_id)
    assert (image["name"], image["status"], image["size"]) == ("new", "active", 10)


def test_two_gibibytes_pass_through_in_little_memory_while_others_are_served(served: Served, owner: Person) -> None:
    owner.uploaded(bytes(8 * MIB))  # what grows once for all is not counted
    before = served.process.memory_info().rss
    image_id = owner.create()["id"]
    peak, answered = before, 0
    upload = threading.Thread(target=_send, args=(served, image_id, 2048))
    upload.start()
    while upload.is_alive():
        upload.join(0.05)
        answered += owner.ask("GET", "/v2/images?limit=1").status_code == 200
        peak = max(peak, served.process.memory_info().rss)
    upload.join()
    assert owner.show(image_id)["size"] == 2048 * MIB
    received = _receive(served, image_id)
    peak = max(peak, served.process.memory_info().rss)
    assert received == 2048 * MIB
    print(f"grown by {(peak - before) / MIB:.1f} MiB, {answered} other requests answered during the upload")
    assert peak - before <= 32 * MIB
    assert answered > 0


def _send(served: Served, image_id: object, mebibytes: int) -> None:
    connection = http.client.HTTPConnection(*served.address(), timeout=5 * DEADLINE)
    block = bytes(MIB)
    connection.request(
        "PUT", f"/image/v2/images/{image_id}/file", body=(block for _ in range(mebibytes)), encode_chunked=True,
        headers={
            "X-Auth-Token": "member@p", "Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked",
        },
    )
    connection.getresponse().read()
    connection.close()


def _receive(served: Served, image_id: object) -> int:
    connection = http.client.HTTPConnection(*served.address(), timeout=5 * DEADLINE)
    connection.request("GET", f"/image/v2/images/{image_id}/file", headers={"X-Auth-Token": "member@p"})
    response = connection.getresponse()
    total = 0
    while block := response.read(MIB):
        total += len(block)
    connection.close()
    return total
