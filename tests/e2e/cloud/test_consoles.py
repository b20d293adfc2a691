"""Consoles of a real guest, by the addresses that the openstack client gives."""

from __future__ import annotations

import pytest

from tests.clients.cloud import Client
from tests.clients.stack import Stack
from tests.clients.websocket import Refused, WebSocket
from tests.e2e.cloud.command import console_address
from tests.e2e.serial_console import PATIENCE, console


@pytest.fixture(scope="module")
def server(client: Client, image: str) -> str:
    """One guest, which the last test deletes."""
    made = client.boot(image, "watched")
    client.wait_status(made, "ACTIVE", PATIENCE)
    client.wait(lambda: "login:" in console(client, made), "a login", PATIENCE)
    return made


def test_the_screen_is_a_vnc_servers(stack: Stack, server: str) -> None:
    with WebSocket(console_address(stack, server, "novnc")) as screen:
        assert screen.read_until(b"\n") == b"RFB 003.008\n"
        screen.send(b"RFB 003.008\n")
        assert screen.read_until(b"\x01\x01")  # one way to get in: none is asked for here, the token was


def test_the_guests_shell_answers_what_is_typed(stack: Stack, server: str) -> None:
    with WebSocket(console_address(stack, server, "serial")) as line:
        for typed, awaited in ((b"\n", b"login: "), (b"root\n", b":/root# "), (b"echo $((6*7))\n", b"\r\n42\r\n")):
            line.send(typed)
            line.read_until(awaited)


def test_an_address_is_good_once(stack: Stack, server: str) -> None:
    url = console_address(stack, server, "serial")
    with WebSocket(url), pytest.raises(Refused):
        WebSocket(url)


def test_a_console_ends_with_its_guest(stack: Stack, client: Client, server: str) -> None:
    with WebSocket(console_address(stack, server, "serial")) as line:
        client.ask("DELETE", f"/servers/{server}")
        client.wait_gone(server)
        line.wait_end()
