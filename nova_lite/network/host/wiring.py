"""Wiring: bridges, namespaces and the ways between them, by iproute2 (docs/adr/0027)."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from nova_lite.network.host.layout import Layout
from nova_lite.network.host.names import INSIDE, Names
from nova_lite.network.host.run import Run

LOG = logging.getLogger(__name__)

# The two ends of the host's way into a network: the same in every one, since each is used on its own interface only.
NAMESPACE_END, HOST_END = "169.254.0.1", "169.254.0.2"
# The namespace passes packets on; a guest's way to the host is through it, and nobody is told of a shorter one.
# Of version 6 its own addresses are good at once: nobody else has them, and who is not sure announces nothing.
_ROUTER = (
    "echo 1 > /proc/sys/net/ipv4/ip_forward; "
    "for name in all default eth0; do echo 0 > /proc/sys/net/ipv4/conf/$name/send_redirects; done; "
    "cd /proc/sys/net/ipv6/conf 2> /dev/null || exit 0; "
    "echo 0 > eth0/accept_dad; echo 1 > all/forwarding"
)


class _Route(msgspec.Struct):
    """What ``ip -j route`` says of a route, as far as it matters."""

    dev: str = ""


class Wiring:
    """Makes and removes what the kernel has of a network. All may be repeated, whatever cut the first one off."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def there(self, names: Names) -> bool:
        """Whether the network has its bridge, its namespace and the link between them."""
        return _link(names.bridge) and _link(names.link) and Path("/run/netns", names.namespace).exists()

    def make(self, names: Names, layout: Layout, label: str) -> None:
        """The network is there as laid out; ``label`` tells people whose the bridge is.

        :raises NovaLiteError: the host refuses; some of it may be there.
        """
        if not Path("/run/netns", names.namespace).exists():
            if _link(names.link):
                self._batch([], [f"link del {names.link}"])  # it leads to a namespace that nobody finds any more
            self._run(["ip", "netns", "add", names.namespace])
        self._batch([], self._outside(names, layout, label))
        _no_version_6(names.bridge)
        self._run(["ip", "netns", "exec", names.namespace, "sh", "-c", _ROUTER])
        self._batch(["-n", names.namespace], _within(layout))
        for block in layout.ways:
            self._lead(names.bridge, block)

    def remove(self, names: Names) -> None:
        """Nothing of the network is left. Absent already is success. Raises NovaLiteError."""
        lines = [f"link del {name}" for name in (names.link, names.bridge) if _link(name)]
        if lines:
            self._batch([], lines)
        if Path("/run/netns", names.namespace).exists():
            self._run(["ip", "netns", "del", names.namespace])

    def _outside(self, names: Names, layout: Layout, label: str) -> list[str]:
        lines = [f"link set {names.bridge} mtu {layout.mtu} alias {label} up"]
        if not _link(names.bridge):
            lines.insert(0, f"link add {names.bridge} type bridge")
        if not _link(names.link):
            lines.append(f"link add {names.link} type veth peer name {INSIDE} netns {names.namespace}")
        lines.append(f"link set {names.link} mtu {layout.mtu} master {names.bridge} up")
        if layout.ways:
            lines.append(f"addr replace {HOST_END}/32 dev {names.bridge}")
        return lines

    def _lead(self, bridge: str, block: str) -> None:
        """The host's way to a block of addresses, unless it has another one already."""
        found = msgspec.json.decode(self._run(["ip", "-j", "-4", "route", "show", block]) or "[]", type=list[_Route])
        others = sorted({route.dev for route in found} - {bridge})
        if others:
            LOG.warning("this host does not reach %s on %s: it has a route through %s", block, bridge, others[0])
            return
        self._run(["ip", "route", "replace", block, "via", NAMESPACE_END, "dev", bridge, "onlink", "src", HOST_END])

    def _batch(self, where: list[str], lines: list[str]) -> None:
        self._run(["ip", *where, "-batch", "-"], text="".join(f"{line}\n" for line in lines))


def _within(layout: Layout) -> list[str]:
    return [
        "link set lo up", f"link set {INSIDE} mtu {layout.mtu} up", f"addr flush dev {INSIDE} scope global",
        f"addr add {NAMESPACE_END}/32 dev {INSIDE}",
        *(f"addr add {gateway} dev {INSIDE}" for gateway in layout.gateways),
        f"route replace {HOST_END}/32 dev {INSIDE}",
    ]


def _link(name: str) -> bool:
    return Path("/sys/class/net", name).exists()


def _no_version_6(bridge: str) -> None:
    """The host is no neighbour of the guests: it would answer them on the bridge's own link-local address."""
    switch = Path("/proc/sys/net/ipv6/conf", bridge, "disable_ipv6")
    if switch.exists():
        switch.write_text("1\n")
