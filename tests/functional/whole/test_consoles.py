"""Consoles from the API to the guest, through the proxy of its host."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from nova_lite.console.proxy import ConsoleProxy
from stack.servers import free_port
from tests.clients.websocket import Refused, WebSocket, websocket_url
from tests.functional.whole.cloud import Cloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    options = f"[console]\nport = {free_port()}\nmax_sessions = 2\n"
    with Cloud(tmp_path_factory.mktemp("cloud"), more=options) as running:
        yield running


@pytest.fixture(scope="module")
def server(cloud: Cloud, image: str) -> str:
    return cloud.client.boot_up(image)


@pytest.fixture(autouse=True)
def those_before_are_gone(cloud: Cloud) -> None:
    """The proxy sees the end of a connection a moment later, and takes few at a time."""
    (proxy,) = [part for part in cloud.services["h1"]._parts if isinstance(part, ConsoleProxy)]
    cloud.client.wait(lambda: not proxy._clients, "the consoles are left")


def url(cloud: Cloud, server: str, protocol: str = "vnc", kind: str = "novnc") -> str:
    body = {"remote_console": {"protocol": protocol, "type": kind}}
    found = cloud.client.ask("POST", f"/servers/{server}/remote-consoles", body)["remote_console"]
    assert (found["protocol"], found["type"]) == (protocol, kind)
    return str(found["url"])


def test_a_screen_speaks_vnc_through_the_websocket(cloud: Cloud, server: str) -> None:
    with WebSocket(url(cloud, server)) as console:
        assert console.protocol == "binary"
        assert console.read_until(b"\n") == b"RFB 003.008\n"
        console.send(b"RFB 003.008\n")
        assert console.read_until(b"\n") == b"RFB 003.008\n"


def test_a_shell_is_typed_into(cloud: Cloud, server: str) -> None:
    address = url(cloud, server, "serial", "serial")
    assert address.startswith("ws://")
    with WebSocket(address) as console:
        console.send(b"echo hello\n")
        assert console.read_until(b"\n") == b"echo hello\n"


def test_old_clients_ask_by_actions(cloud: Cloud, server: str) -> None:
    old = {"X-OpenStack-Nova-API-Version": "2.1", "OpenStack-API-Version": "compute 2.1"}
    for action, kind in (("os-getVNCConsole", "novnc"), ("os-getSerialConsole", "serial")):
        answer = cloud.client.request("POST", f"/servers/{server}/action", {action: {"type": kind}}, headers=old)
        assert answer.status_code == 200 and answer.json()["console"]["type"] == kind
        with WebSocket(answer.json()["console"]["url"]):
            pass


def test_a_token_is_good_once(cloud: Cloud, server: str) -> None:
    address = url(cloud, server)
    with WebSocket(address), pytest.raises(Refused) as refusal:
        WebSocket(address)
    assert refusal.value.status == 403


@pytest.mark.parametrize("token", ["", "?token=", "?token=wrong", "?token=%00%ff", "?token=" + "a" * 9000])
def test_what_is_no_token_is_refused(cloud: Cloud, server: str, token: str) -> None:
    host = urlsplit(url(cloud, server)).netloc
    with pytest.raises(Refused) as refusal:
        WebSocket(f"ws://{host}/{token}")
    assert refusal.value.status == 403


def test_a_refusal_has_no_body_that_could_pass_for_frames(cloud: Cloud, server: str) -> None:
    parts = urlsplit(url(cloud, server))
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60) as client:
        client.sendall(b"GET /?token=wrong HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n")
        with client.makefile("rb") as stream:
            answer = stream.read()
    assert answer.startswith(b"HTTP/1.1 403 The token is not valid") and answer.endswith(b"\r\n\r\n")


def test_pages_of_other_sites_may_not_enter(cloud: Cloud, server: str) -> None:
    address = url(cloud, server)
    with pytest.raises(Refused) as refusal:
        WebSocket(address, headers=((b"Origin", b"http://evil.example"),))
    assert refusal.value.status == 403
    own = f"http://{urlsplit(websocket_url(address)).netloc}".encode()
    with WebSocket(address, headers=((b"Origin", own),)) as console:
        assert console.read_until(b"\n")


@pytest.mark.parametrize("rubbish", [b"\x00" * 100, b"GET / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
                                     b"a" * 16_384])
def test_rubbish_is_answered_and_harms_nobody(cloud: Cloud, server: str, rubbish: bytes) -> None:
    parts = urlsplit(url(cloud, server))
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60) as client:
        client.sendall(rubbish)
        client.shutdown(socket.SHUT_WR)
        answer = client.recv(100)
    assert answer[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 405")


def test_no_more_than_so_many_at_a_time(cloud: Cloud, server: str) -> None:
    with WebSocket(url(cloud, server)) as first, WebSocket(url(cloud, server)) as second:
        first.read_until(b"\n")
        second.read_until(b"\n")
        with pytest.raises(Refused) as refusal:
            WebSocket(url(cloud, server))
        assert refusal.value.status == 503


def test_a_console_that_no_hypervisor_has_is_refused(cloud: Cloud, server: str) -> None:
    body = {"remote_console": {"protocol": "spice", "type": "spice-html5"}}
    answer = cloud.client.request("POST", f"/servers/{server}/remote-consoles", body)
    assert answer.status_code == 400
    assert "Unavailable console type spice-html5" in answer.text


def test_a_server_that_is_off_has_no_console_and_its_tokens_open_nothing(cloud: Cloud, image: str) -> None:
    server = cloud.client.boot_up(image, name="off")
    address = url(cloud, server)
    cloud.client.act(server, "os-stop")
    cloud.client.wait_status(server, "SHUTOFF")
    body = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    assert cloud.client.request("POST", f"/servers/{server}/remote-consoles", body).status_code == 409
    with pytest.raises(Refused) as refusal:
        WebSocket(address)
    assert refusal.value.status == 503
    cloud.client.ask("DELETE", f"/servers/{server}")


def lookup(cloud: Cloud, token: str, version: str = "2.104") -> tuple[int, dict[str, object]]:
    headers = {"OpenStack-API-Version": f"compute {version}"}
    answer = cloud.client.request("GET", f"/os-console-auth-tokens/{token}", headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(("protocol", "kind"), [("vnc", "novnc"), ("serial", "serial")])
def test_a_token_is_looked_up_where_it_leads_and_stays_good(
    cloud: Cloud, server: str, protocol: str, kind: str
) -> None:
    address = websocket_url(url(cloud, server, protocol, kind))
    token = address.rpartition("token=")[2]
    status, told = lookup(cloud, token)
    assert status == 200
    assert told == {"console": {
        "instance_uuid": server, "host": urlsplit(address).hostname, "port": urlsplit(address).port,
        "internal_access_path": f"/?token={token}", "tls_port": None,
    }}
    found = told["console"]
    assert isinstance(found, dict)
    assert lookup(cloud, token, "2.31")[1] == {"console": {key: found[key] for key in found if key != "tls_port"}}
    with WebSocket(f"ws://{found['host']}:{found['port']}{found['internal_access_path']}"):
        assert lookup(cloud, token)[0] == 404


def test_what_opens_nothing_is_not_found(cloud: Cloud, server: str) -> None:
    token = websocket_url(url(cloud, server)).rpartition("token=")[2]
    for other in (token[:-1] + ("A" if token[-1] != "A" else "B"), "0" * 32 + token[32:], token[:-1], server):
        assert lookup(cloud, other)[0] == 404
    assert lookup(cloud, token, "2.30")[0] == 400
