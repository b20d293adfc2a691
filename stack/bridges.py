"""How a cloud's guests are joined to networks: through bridges of this machine where it lets us, and their remains."""

import ipaddress
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from stack import processes
from stack.cloud import Cloud
from stack.errors import StackError
from stack.files import write_private
from stack.servers.base import program

PLUG_FILE = "plug"
FIRST, BLOCKS, PREFIX = ipaddress.IPv4Address("10.64.0.0"), 1024, 20  # the private network is one of these blocks
TAG = 11  # characters of a network's id in the names of what the compute daemon makes for it
GRACE = 5.0


@dataclass(frozen=True)
class Plug:
    """``kind`` as [network] plug has it; ``block`` is the private network's; ``why`` is for people."""

    kind: str
    block: str
    why: str


def choose(cloud: Cloud, libvirt: str) -> Plug:
    """Decided at the first run and remembered. Raises StackError when bridges are asked for and cannot be had."""
    path = cloud.etc / PLUG_FILE
    if path.exists():
        kind, block = path.read_text(encoding="utf-8").split()
        return Plug(kind, block, "as before")
    wanted, trouble = cloud.choices.plug, _trouble(cloud, libvirt)
    if wanted == "bridge" and trouble:
        raise StackError(f"guests cannot have bridges here: {trouble}", "use --plug user")
    kind = wanted if wanted != "auto" else "user" if trouble else "bridge"
    block = free_block(int(cloud.mark, 16), _routed()) if kind == "bridge" else "10.1.0.0/20"
    write_private(path, f"{kind} {block}\n")
    return Plug(kind, block, trouble if kind == "user" and wanted == "auto" else "")


def free_block(start: int, taken: Iterable[ipaddress.IPv4Network]) -> str:
    """A block that this machine has no route to. ``start`` spreads the clouds of a machine, which all have routes."""
    busy = list(taken)
    for number in range(start, start + BLOCKS):
        block = ipaddress.IPv4Network((int(FIRST) + (number % BLOCKS << (32 - PREFIX)), PREFIX))
        if not any(block.overlaps(other) for other in busy):
            return str(block)
    raise StackError(f"this machine has routes to all of {FIRST}/10", "use --plug user")


def remove(cloud: Cloud) -> str:
    """Take away what the compute daemon has left of networks: DHCP servers, namespaces, bridges."""
    found = sorted(cloud.networks.iterdir()) if cloud.networks.is_dir() else []
    for directory in found:
        tag = directory.name[:TAG]
        for pid in _words("ip", "netns", "pids", f"nlns{tag}"):
            processes.end(int(pid), signal.SIGTERM, GRACE)
        for link in (f"nlv{tag}", f"brq{tag}"):
            _words("ip", "link", "del", link)
        _words("ip", "netns", "del", f"nlns{tag}")
    shutil.rmtree(cloud.networks.parent, ignore_errors=True)
    return f"{len(found)} removed" if found else "none to remove"


def _trouble(cloud: Cloud, libvirt: str) -> str:
    if cloud.choices.hypervisor == "fake":
        return "guests are pretended"
    if os.geteuid() != 0 or libvirt.endswith("/session"):
        return "without root guests have user mode networks"
    if program("dnsmasq") is None or program("ip") is None:
        return "dnsmasq or ip is not installed"
    name = f"nlt{cloud.mark}"
    made = _succeeds("ip", "netns", "add", name) and _succeeds("ip", "link", "add", name, "type", "bridge")
    made = made and _succeeds("ip", "netns", "exec", name, "true")
    _words("ip", "link", "del", name)
    _words("ip", "netns", "del", name)
    return "" if made else "this machine lets nobody make bridges or network namespaces"


def _routed() -> list[ipaddress.IPv4Network]:
    listed = subprocess.run(("ip", "-j", "-4", "route"), capture_output=True, text=True, check=False).stdout
    targets = [str(route["dst"]) for route in json.loads(listed or "[]")]
    return [ipaddress.IPv4Network(target, strict=False) for target in targets if target[0].isdigit()]


def _succeeds(*argv: str) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def _words(*argv: str) -> list[str]:
    """What a command says; what is not there is no error."""
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.split()
    except FileNotFoundError:
        return []
