"""A machine on a bridge: a namespace with one card, and busybox's DHCP client in it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
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

    def ask(self, attempts: int = 8) -> str | None:
        """Ask for an address, and take it; None when nobody gives one."""
        script, out = self._directory / "udhcpc", self._directory / "lease"
        script.write_text(SCRIPT.format(out=out))
        script.chmod(0o755)
        options = "".join(f" -O {number}" for number in (6, 26, 121))
        done = self.run(f"busybox udhcpc -f -n -q -i eth0 -t {attempts} -T 1 -A 0 -s {script}{options}")
        self.lease = dict(re.findall(r"^(\w+)=(.*)$", out.read_text(), re.MULTILINE))
        return self.lease["ip"] if done.returncode == 0 else None

    def reaches(self, address: str) -> bool:
        """Whether it answers a ping."""
        return self.run(f"busybox ping -c 1 -W 5 {address}").returncode == 0

    def run(self, command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["ip", "netns", "exec", self._name, *shlex.split(command)], capture_output=True, check=False, timeout=60
        )


def shell(command: str) -> str:
    """The output of a command that succeeds."""
    return subprocess.run(shlex.split(command), check=True, capture_output=True, text=True).stdout
