"""Networks of a host with machines on their bridges: who gets which address, who reaches whom, and what is left."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from nova_lite.core.clock import SystemClock
from nova_lite.core.ids import new_uuid
from nova_lite.network.addresses import automatic
from nova_lite.network.host.dhcp import DhcpServer
from nova_lite.network.host.names import names_of
from nova_lite.network.host.networks import HostNetworks
from nova_lite.network.ports import new_mac
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import HostRoute, Subnet
from nova_lite.objects.nic import Ipv6Mode, Nic, NicSubnet
from nova_lite.virt import programs
from tests.builders.guests import a_nic_at, an_instance
from tests.contract.network.dhcp_client import Machine, shell
from tests.contract.virt.lab import until


class Host:
    """A host's networks, and a network with addresses that nobody else has: they are for such tests (RFC 2544)."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.networks = self.restarted()
        self.network_id = new_uuid()
        self.prefix = f"198.{18 + secrets.randbelow(2)}.{secrets.randbelow(256)}"
        self.names = names_of(self.network_id)

    def restarted(self) -> HostNetworks:
        """As a compute daemon that is started has it."""
        return HostNetworks(self.directory / "networks", programs.run, SystemClock())

    def nic(self, last: int, **changes: object) -> Nic:
        return a_nic_at(
            f"{self.prefix}.{last}", cidr=f"{self.prefix}.0/24", gateway=f"{self.prefix}.1", kind="bridge",
            network_id=self.network_id, bridge=self.names.bridge, id=new_uuid(), mac_address=new_mac(), **changes,
        )

    def nic6(self, mode: Ipv6Mode, with_gateway: bool = True) -> Nic:
        """One with an address of version 6 besides."""
        nic, block = self.nic(5), f"fd00:{1 + secrets.randbelow(65535):x}:{1 + secrets.randbelow(65535):x}:1"
        address = f"{block}::5"
        if mode != "dhcpv6-stateful":
            subnet = Subnet(
                id=new_uuid(), network_id=self.network_id, project_id="", ip_version=6, cidr=f"{block}::/64"
            )
            address = automatic(subnet, nic.mac_address)
        six = NicSubnet(address=address, cidr=f"{block}::/64", gateway=f"{block}::1" if with_gateway else "", mode=mode)
        return replace(nic, addresses=(*nic.addresses, address), subnets=(*nic.subnets, six))

    def guest(self, *nics: Nic) -> Instance:
        made = an_instance(nics=nics or (self.nic(5),))
        self.networks.plug(made)
        return made

    def machine(self, guest: Instance, number: int = 0) -> Machine:
        return Machine(self.names.bridge, guest.nics[number].mac_address, self.directory)

    def pid(self) -> int:
        return int((self.directory / "networks" / self.network_id / "pid").read_text())

    def left(self) -> list[str]:
        """Whatever this machine still has of the network."""
        found = [name for name in os.listdir("/sys/class/net") if name in (self.names.bridge, self.names.link)]
        found += [name for name in os.listdir("/run/netns") if name == self.names.namespace]
        ours = subprocess.run(["pgrep", "-f", f"conf-file={self.directory}/"], capture_output=True, text=True).stdout
        return found + ours.split() + [path.name for path in (self.directory / "networks").glob("*")]


@pytest.fixture
def host() -> Iterator[Host]:
    # Not pytest's own directory, which dnsmasq's user cannot reach.
    directory = Path("/run", f"nova-lite-test-{secrets.token_hex(4)}")
    directory.mkdir()
    made = Host(directory)
    yield made
    made.networks.restore([])
    left = made.left()
    subprocess.run(["rm", "-rf", str(directory)], check=True)
    assert left == []


def test_an_interface_gets_its_address_and_what_belongs_to_it(host: Host) -> None:
    nic = host.nic(5, mtu=1400)
    subnet = replace(
        nic.subnets[0], nameservers=("192.0.2.53", "fd00::53"),
        routes=(HostRoute(destination="192.0.2.0/24", nexthop=f"{host.prefix}.9"),),
    )
    with host.machine(host.guest(replace(nic, subnets=(subnet,)))) as machine:
        assert machine.ask() == f"{host.prefix}.5"
        lease = machine.lease
        assert (lease["router"], lease["dns"], lease["mtu"]) == (f"{host.prefix}.1", "192.0.2.53", "1400")
        assert lease["staticroutes"] == f"192.0.2.0/24 {host.prefix}.9 0.0.0.0/0 {host.prefix}.1"


def test_a_stranger_gets_nothing(host: Host) -> None:
    host.guest()
    with Machine(host.names.bridge, new_mac(), host.directory) as stranger:
        assert stranger.ask(attempts=1) is None


def test_two_guests_reach_each_other_and_the_gateway(host: Host) -> None:
    first, second = host.guest(), host.guest(host.nic(6))
    with host.machine(first) as one, host.machine(second) as other:
        assert (one.ask(), other.ask()) == (f"{host.prefix}.5", f"{host.prefix}.6")
        assert one.reaches(f"{host.prefix}.6") and other.reaches(f"{host.prefix}.1")


@pytest.mark.parametrize("reachable", [True, False])
def test_the_host_reaches_the_guests_of_the_operators_networks_only(host: Host, reachable: bool) -> None:
    with host.machine(host.guest(host.nic(5, reachable=reachable))) as machine:
        assert machine.ask() == f"{host.prefix}.5"
        ping = ["busybox", "ping", "-c", "1", "-W", "2", f"{host.prefix}.5"]
        answered = any(subprocess.run(ping, capture_output=True).returncode == 0 for _ in range(10 if reachable else 1))
        assert answered is reachable


@pytest.mark.parametrize("with_gateway", [True, False])
@pytest.mark.parametrize("mode", ["slaac", "dhcpv6-stateless"])
def test_a_machine_gives_itself_the_address_of_version_6_that_its_record_has(
    host: Host, mode: Ipv6Mode, with_gateway: bool
) -> None:
    nic = host.nic6(mode, with_gateway)
    six = nic.subnets[1]
    with host.machine(host.guest(nic)) as machine:
        until(lambda: machine.addresses6() == [six.address], "its address")
        assert len(machine.way_out6()) == int(with_gateway)
        assert not with_gateway or machine.reaches(six.gateway)
        assert machine.ask() == f"{host.prefix}.5"


def test_a_machine_is_given_its_address_of_version_6_and_a_stranger_none(host: Host) -> None:
    nic = host.nic6("dhcpv6-stateful")
    with host.machine(host.guest(nic)) as machine, Machine(host.names.bridge, new_mac(), host.directory) as stranger:
        assert machine.ask6() == nic.subnets[1].address
        assert stranger.ask6(2.0) == "" and stranger.addresses6() == []
        until(lambda: len(machine.way_out6()) == 1, "its way out")
        assert machine.ask() == f"{host.prefix}.5"


def test_a_network_without_a_gateway_has_addresses_all_the_same(host: Host) -> None:
    nic = host.nic(5)
    with host.machine(host.guest(replace(nic, subnets=(replace(nic.subnets[0], gateway=""),)))) as machine:
        assert machine.ask() == f"{host.prefix}.5" and "router" not in machine.lease


def test_a_gateway_may_be_a_guest(host: Host) -> None:
    router = host.guest(host.nic(1))
    guest = host.guest()
    with host.machine(router) as gateway, host.machine(guest) as machine:
        assert (gateway.ask(), machine.ask()) == (f"{host.prefix}.1", f"{host.prefix}.5")
        assert machine.reaches(f"{host.prefix}.1")


def test_an_address_is_given_to_who_has_it_now(host: Host) -> None:
    """The lease of the one before must not keep it."""
    before = host.guest()
    host.guest(host.nic(6))  # so that the network stays
    with host.machine(before) as machine:
        assert machine.ask() == f"{host.prefix}.5"
    host.networks.unplug(before.uuid)
    with host.machine(host.guest()) as machine:
        assert machine.ask() == f"{host.prefix}.5"


def test_plugging_in_again_changes_nothing(host: Host) -> None:
    guest = host.guest()
    pid = host.pid()
    host.networks.plug(guest)
    host.networks.tend()
    assert host.pid() == pid


def test_one_interface_of_two_goes(host: Host) -> None:
    guest = host.guest(host.nic(5), host.nic(6))
    host.networks.unplug(guest.uuid, guest.nics[0].id)
    with host.machine(guest) as first, host.machine(guest, 1) as second:
        assert (first.ask(attempts=1), second.ask()) == (None, f"{host.prefix}.6")


def test_the_network_goes_with_its_last_interface(host: Host) -> None:
    first, second = host.guest(), host.guest(host.nic(6))
    host.networks.unplug(first.uuid)
    assert len(host.left()) == 5
    for _ in range(2):
        host.networks.unplug(second.uuid)
    assert host.left() == []


def test_what_a_removal_that_was_cut_off_has_left_goes_with_the_next(host: Host) -> None:
    guest = host.guest()
    (host.directory / "networks" / host.network_id / "ports" / f"{guest.nics[0].id}.json").unlink()
    host.networks.unplug(new_uuid())
    assert host.left() == []


SLOW_TO_END = """
import pathlib, signal, time
def end(*_):
    pathlib.Path({pid!r}).unlink()
    time.sleep(0.5)
    raise SystemExit
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
signal.pause()
"""


def test_a_server_that_has_removed_its_pid_file_is_waited_for_until_it_is_gone(tmp_path: Path) -> None:
    """As dnsmasq does it: the next one would start beside it."""
    program = SLOW_TO_END.format(pid=str(tmp_path / "pid"))
    command = [sys.executable, "-c", program, f"--conf-file={tmp_path}/dnsmasq.conf"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        (tmp_path / "pid").write_text(str(process.pid))
        DhcpServer(tmp_path, "none", programs.run, SystemClock()).stop()
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("damage", ["the server is killed", "the bridge is gone", "the namespace is gone"])
def test_what_breaks_is_mended(host: Host, damage: str) -> None:
    guest = host.guest(host.nic(5, reachable=True))
    if damage == "the server is killed":
        victim = psutil.Process(host.pid())
        victim.kill()
        until(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE, "it is dead")
    elif damage == "the bridge is gone":
        shell(f"ip link del {host.names.bridge}")
    else:
        shell(f"ip netns del {host.names.namespace}")
    host.networks.tend()
    with host.machine(guest) as machine:
        assert machine.ask() == f"{host.prefix}.5" and machine.reaches(f"{host.prefix}.1")


def test_a_restarted_compute_knows_and_a_rebooted_host_gets_all_back(host: Host) -> None:
    stays, goes = host.guest(), host.guest(host.nic(6))
    pid = host.pid()
    host.networks = host.restarted()
    host.networks.tend()
    assert host.pid() == pid
    host.networks.restore([])
    assert host.left() == []
    host.networks.restore([stays])
    with host.machine(stays) as first, host.machine(goes) as second:
        assert (first.ask(), second.ask(attempts=1)) == (f"{host.prefix}.5", None)


def test_a_host_without_dnsmasq_says_so(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    programs_path = host.directory / "bin"
    programs_path.mkdir()
    (programs_path / "ip").symlink_to("/usr/sbin/ip")
    (programs_path / "sh").symlink_to("/bin/sh")
    with monkeypatch.context() as patched, pytest.raises(programs.ProgramFailed, match="dnsmasq"):
        patched.setenv("PATH", str(programs_path))
        host.guest()
