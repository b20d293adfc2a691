"""A machine on a bridge: a namespace with one card, and busybox's DHCP client in it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import TracebackType

SCRIPT = """#!/bin/sh
env > {out}
[ "$1" != bound ] || {{
    busybox ip addr add "$ip/$mask" dev "$interface"
    for hop in $router; do busybox ip route add default via "$hop" dev "$interface"; done
}}
"""


class Machine:
    """``mac`` on ``bridge``; gone at the end of the ``with``."""

    def __init__(self, bridge: str, mac: str, directory: Path) -> None:
        self._bridge, self._mac, self._directory = bridge, mac, directory
        self._name = f"nlm{os.urandom(4).hex()}"
        self.lease: dict[str, str] = {}

    def __enter__(self) -> Machine:
        shell(f"ip netns add {self._name}")
        shell(f"ip link add {self._name} type veth peer name eth0 address {self._mac} netns {self._name}")
        shell(f"ip link set {self._name} master {self._bridge} up")
        shell(f"ip -n {self._name} link set eth0 up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["ip", "link", "del", self._name], check=False)
        subprocess.run(["ip", "netns", "del", self._name], check=False)

    def ask(self, attempts: int = 40) -> str | None:
        """Ask for an address, and take it; None when nobody gives one."""
        script, out = self._directory / "udhcpc", self._directory / "lease"
        script.write_text(SCRIPT.format(out=out))
        script.chmod(0o755)
        options = "".join(f" -O {number}" for number in (6, 26, 121))
        done = self.run(f"busybox udhcpc -f -n -q -i eth0 -t {attempts} -T 1 -A 0 -s {script}{options}")
        self.lease = dict(re.findall(r"^(\w+)=(.*)$", out.read_text(), re.MULTILINE))
        return self.lease["ip"] if done.returncode == 0 else None

    def ask6(self, seconds: float = 60.0) -> str:
        """Ask for an address of version 6; empty when nobody gives one."""
        asked = self.run(f"{sys.executable} {Path(__file__).with_name('dhcp6_client.py')} {self._mac} {seconds}")
        assert asked.returncode == 0, asked.stderr
        return asked.stdout.decode().strip()

    def addresses6(self) -> list[str]:
        """Those of version 6 that it has given itself."""
        found = self.run("ip -6 -o addr show dev eth0 scope global").stdout.decode()
        return re.findall(r"inet6 (\S+)/64 .*(?<!tentative) dynamic", found)

    def way_out6(self) -> list[str]:
        """The routers of version 6 that it has heard of."""
        return re.findall(r"default via (\S+)", self.run("ip -6 route show").stdout.decode())

    def reaches(self, address: str) -> bool:
        """Whether it answers one of a few pings."""
        ping = f"busybox {'ping6' if ':' in address else 'ping'} -c 1 -W 5 {address}"
        return any(self.run(ping).returncode == 0 for _ in range(5))

    def run(self, command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["ip", "netns", "exec", self._name, *shlex.split(command)], capture_output=True, check=False, timeout=120
        )


def shell(command: str) -> str:
    """The output of a command that succeeds."""
    return subprocess.run(shlex.split(command), check=True, capture_output=True, text=True).stdout
