"""Ports that are chosen now and bound later."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from stack.servers import free_port


def test_a_free_port_is_none_that_linux_gives_to_whom_it_likes() -> None:
    given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert free_port() < given


def test_a_free_port_is_kept_for_who_binds_it_by_number() -> None:
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))  # as Linux would, looking for any
    with socket.create_server(("127.0.0.1", port)) as server:
        assert server.getsockname()[1] == port
