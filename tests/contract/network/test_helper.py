"""The helper that makes networks for a compute without rights: the same, asked through a socket."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from nova_lite.core.errors import Unavailable
from nova_lite.core.ids import new_uuid
from nova_lite.network.host.helper import HelpedNetworks
from nova_lite.network.host.names import names_of
from nova_lite.network.ports import new_mac
from nova_lite.objects.instance import Instance
from tests.builders.guests import a_nic, a_nic_at, an_instance
from tests.contract.network.dhcp_client import Machine
from tests.contract.virt.lab import until

ROOT = Path(__file__).parents[3]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # none of it would be handed on


@pytest.fixture
def directory() -> Iterator[Path]:
    # Not pytest's own, which dnsmasq's user cannot reach.
    made = Path("/run", f"nova-lite-test-{secrets.token_hex(4)}")
    made.mkdir()
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)


@pytest.fixture
def networks(directory: Path) -> Iterator[HelpedNetworks]:
    """Helped by a process that is started by whoever connects first, as systemd does it."""
    path = directory / "sock"
    command = ["systemd-socket-activate", "-l", str(path), "-E", f"PATH={PATH}", str(ROOT / "bin/nova-lite-networks"),
               str(directory / "networks")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: listened_on(path), "its socket")
            made = HelpedNetworks(path, directory / "networks")
            yield made
            made.restore([])
        finally:
            process.kill()


def listened_on(path: Path) -> bool:
    """Whether somebody does: a socket is there a moment before."""
    sockets = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    return any(words[3] == "00010000" and words[-1] == str(path) for words in sockets)


def a_guest() -> Instance:
    network, prefix = new_uuid(), f"198.{18 + secrets.randbelow(2)}.{secrets.randbelow(256)}"
    nic = a_nic_at(
        f"{prefix}.5", cidr=f"{prefix}.0/24", gateway=f"{prefix}.1", kind="bridge", network_id=network,
        bridge=names_of(network).bridge, id=new_uuid(), mac_address=new_mac(),
    )
    return an_instance(nics=(a_nic(), nic))


def test_a_guest_is_plugged_in_and_unplugged(networks: HelpedNetworks, directory: Path) -> None:
    guest = a_guest()
    nic = guest.nics[1]
    for _ in range(2):
        networks.plug(guest)
    with Machine(nic.bridge, nic.mac_address, directory) as machine:
        assert machine.ask() == nic.addresses[0]
        networks.tend()
        networks.restore([guest])
        assert machine.reaches(nic.subnets[0].gateway)
    networks.unplug(guest.uuid, new_uuid())
    assert Path("/sys/class/net", nic.bridge).exists()
    networks.unplug(guest.uuid)
    assert not Path("/sys/class/net", nic.bridge).exists()
    assert list((directory / "networks").iterdir()) == []


def test_what_it_refuses_it_says(networks: HelpedNetworks) -> None:
    guest = a_guest()
    wrong = replace(guest, nics=(replace(guest.nics[1], bridge="eth0"),))
    with pytest.raises(Unavailable, match="the bridge of an interface cannot be 'eth0'"):
        networks.plug(wrong)


def test_what_it_cannot_do_it_says(networks: HelpedNetworks, directory: Path) -> None:
    (directory / "networks").write_text("in the way")
    with pytest.raises(Unavailable, match=r"the host's networks: \w+Error: .*networks"):
        networks.plug(a_guest())


def test_one_guest_that_cannot_be_plugged_in_does_not_keep_the_others_from_it(networks: HelpedNetworks) -> None:
    guest, other = a_guest(), a_guest()
    wrong = replace(other, uuid=new_uuid(), nics=(replace(other.nics[1], mtu=50),))
    networks.restore([wrong, guest])
    assert Path("/sys/class/net", guest.nics[1].bridge).exists()


def test_it_is_not_asked_for_nothing_and_missed_in_words(directory: Path) -> None:
    networks, guest = HelpedNetworks(directory / "none", directory / "networks"), a_guest()
    networks.plug(replace(guest, nics=guest.nics[:1]))
    networks.unplug(guest.uuid)
    networks.restore([])
    networks.tend()
    with pytest.raises(Unavailable, match=f"the helper at {directory}/none does not answer"):
        networks.plug(guest)
