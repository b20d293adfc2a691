"""A program: asks for an address of version 6 on eth0, and prints the one that it is offered (RFC 8415), or nothing.

    python dhcp6_client.py MAC SECONDS
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
import time

SOLICIT, ADVERTISE = 1, 2
CLIENT_ID, IA_NA, IA_ADDRESS = 1, 3, 5
TRANSACTION = b"abc"
ALL_SERVERS, CLIENT_PORT, SERVER_PORT = "ff02::1:2", 546, 547
PATIENCE, POLL = 0.5, 0.05  # seconds


def option(code: int, data: bytes) -> bytes:
    return struct.pack("!HH", code, len(data)) + data


def options(data: bytes) -> dict[int, bytes]:
    found = {}
    while len(data) >= 4:
        code, length = struct.unpack("!HH", data[:4])
        found[code], data = data[4 : 4 + length], data[4 + length :]
    return found


def solicit(mac: str) -> bytes:
    """One that says who it is by its MAC address (DUID-LL)."""
    who = struct.pack("!HH", 3, 1) + bytes.fromhex(mac.replace(":", ""))
    return bytes([SOLICIT]) + TRANSACTION + option(CLIENT_ID, who) + option(IA_NA, struct.pack("!III", 1, 0, 0))


def offered(answer: bytes) -> str:
    """The address of an answer, empty where it has none."""
    if answer[:4] != bytes([ADVERTISE]) + TRANSACTION:
        return ""
    association = options(answer[4:]).get(IA_NA, b"")
    address = options(association[12:]).get(IA_ADDRESS, b"")
    return str(ipaddress.IPv6Address(address[:16])) if len(address) >= 16 else ""


def main(mac: str, seconds: float) -> None:
    index = socket.if_nametoindex("eth0")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::", CLIENT_PORT))
        sock.settimeout(PATIENCE)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                sock.sendto(solicit(mac), (ALL_SERVERS, SERVER_PORT, 0, index))
                found = offered(sock.recv(2048))
            except TimeoutError:
                continue
            except OSError:  # this machine's own address is not sure yet
                time.sleep(POLL)
                continue
            if found:
                print(found)
                return


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
