"""Compute's client against a service that misbehaves to order."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from nova_lite.core.clock import ManualClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound, Unauthenticated, Unavailable
from nova_lite.image.client import ImageClient
from nova_lite.image.session import Credentials
from nova_lite.objects.image import ImageMeta
from tests.builders.image_server import ImageServer

ID = "4a3c0fd0-0000-4000-8000-000000000001"
CONTEXT = RequestContext(request_id="req-11111111-2222-4333-8444-555555555555")
DOCUMENT: dict[str, object] = {
    "id": ID, "name": "test", "status": "active", "disk_format": "raw", "container_format": "bare", "size": 4,
    "virtual_size": None, "checksum": "c", "os_hash_algo": "sha512", "os_hash_value": "abc", "min_disk": 1,
    "min_ram": 2,
    "hw_disk_bus": "virtio", "tags": ["x"], "self": "/v2/images/1", "owner": "p", "protected": False,
}


@pytest.fixture
def server() -> Iterator[ImageServer]:
    with ImageServer({ID: DOCUMENT}, {ID: b"data"}) as running:
        yield running


def client_of(server: ImageServer, clock: ManualClock | None = None) -> ImageClient:
    credentials = Credentials(auth_url=f"{server.url}/identity", username="nova", password="s", project_name="service")
    return ImageClient(server.url, credentials, clock or ManualClock(), timeout=60.0, pause=0.0)


def test_an_image_is_shown_as_compute_needs_it(server: ImageServer) -> None:
    assert client_of(server).show(CONTEXT, ID) == ImageMeta(
        id=ID, name="test", disk_format="raw", size=4, hash_algo="sha512", hash_value="abc", min_disk=1, min_ram=2,
        properties={"hw_disk_bus": "virtio"},
    )
    assert server.requests == ["POST /identity/v3/auth/tokens", f"GET /v2/images/{ID}"]
    assert server.global_ids == {CONTEXT.request_id}


def test_an_old_image_is_verified_by_its_md5(server: ImageServer) -> None:
    server.images[ID] = {**DOCUMENT, "os_hash_algo": None, "os_hash_value": None, "checksum": "d41d8"}
    meta = client_of(server).show(CONTEXT, ID)
    assert (meta.hash_algo, meta.hash_value) == ("md5", "d41d8")


def test_data_are_downloaded_in_blocks(server: ImageServer) -> None:
    server.data[ID] = bytes(3 << 20)
    blocks = list(client_of(server).download(CONTEXT, ID))
    assert sum(map(len, blocks)) == 3 << 20
    assert max(map(len, blocks)) <= 1 << 20


def test_an_image_without_data_gives_none(server: ImageServer) -> None:
    server.data[ID] = b""
    assert list(client_of(server).download(CONTEXT, ID)) == []


def test_one_login_serves_many_requests(server: ImageServer) -> None:
    client = client_of(server)
    for _ in range(3):
        client.show(CONTEXT, ID)
    assert len(server.logins) == 1


def test_a_token_is_renewed_before_it_expires(server: ImageServer) -> None:
    clock = ManualClock()
    server.expires_at = datetime.fromtimestamp(clock.now() + 3600, UTC).isoformat()
    client = client_of(server, clock)
    client.show(CONTEXT, ID)
    clock.advance(3600 - 59)
    client.show(CONTEXT, ID)
    assert len(server.logins) == 2


def test_a_token_that_is_refused_is_renewed_once(server: ImageServer) -> None:
    client = client_of(server)
    client.show(CONTEXT, ID)
    server.expire_tokens = 1
    client.show(CONTEXT, ID)
    assert len(server.logins) == 2


def test_wrong_credentials_are_told_at_once(server: ImageServer) -> None:
    server.refuse_logins = 10
    with pytest.raises(Unauthenticated):
        client_of(server).show(CONTEXT, ID)
    assert len(server.requests) == 1


def test_a_service_that_fails_twice_is_asked_a_third_time(server: ImageServer) -> None:
    server.unavailable = 2
    assert client_of(server).show(CONTEXT, ID).id == ID


def test_a_service_that_goes_on_failing_is_unavailable(server: ImageServer) -> None:
    server.unavailable = 10
    with pytest.raises(Unavailable, match="503"):
        client_of(server).show(CONTEXT, ID)
    assert server.unavailable == 7


def test_what_is_not_there_is_not_found(server: ImageServer) -> None:
    with pytest.raises(NotFound):
        client_of(server).show(CONTEXT, "nowhere")
    with pytest.raises(NotFound):
        client_of(server).download(CONTEXT, "nowhere")


def test_a_download_that_breaks_off_is_not_taken_for_whole(server: ImageServer) -> None:
    server.break_off = 1
    with pytest.raises(Unavailable):
        list(client_of(server).download(CONTEXT, ID))


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen: nobody else gets the port meanwhile
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        credentials = Credentials(auth_url=url, username="n", password="s", project_name="p")
        with pytest.raises(Unavailable):
            ImageClient(url, credentials, ManualClock(), pause=0.0).show(CONTEXT, ID)
