"""What goes to programs that run as root is names and addresses, whoever says so."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from nova_lite.core.errors import Invalid
from nova_lite.core.ids import new_uuid
from nova_lite.network.host.errands import bridged, check
from nova_lite.network.host.names import names_of
from nova_lite.objects.network import HostRoute
from nova_lite.objects.nic import Nic
from tests.builders.guests import a_nic, a_nic_at, an_instance

EVIL = "\ndhcp-script=/tmp/evil"
NETWORK = new_uuid()
GOOD = a_nic_at(
    "10.1.0.5", cidr="10.1.0.0/20", gateway="10.1.0.1", kind="bridge", network_id=NETWORK,
    bridge=names_of(NETWORK).bridge
)


def with_subnet(**changes: object) -> Nic:
    return replace(GOOD, subnets=(replace(GOOD.subnets[0], **changes),))


def test_what_the_service_makes_is_good() -> None:
    check(GOOD)
    check(
        with_subnet(gateway="", nameservers=("fd00::53",), routes=(HostRoute(destination="::/0", nexthop="fd00::1"),))
    )


BAD = {
    "id": replace(GOOD, id="../../etc/cron.d/evil"),
    "mac_address": replace(GOOD, mac_address=f"fa:16:3e:00:00:01{EVIL}"),
    "bridge": replace(GOOD, bridge="eth0"),
    "mtu": replace(GOOD, mtu=0),
    "address": with_subnet(address=f"fe80::1%{EVIL}"),
    "cidr": with_subnet(cidr=f"10.1.0.0/20{EVIL}"),
    "gateway": with_subnet(gateway=f"10.1.0.1{EVIL}"),
    "nameserver": with_subnet(nameservers=(f"::1%{EVIL}",)),
    "destination": with_subnet(routes=(HostRoute(destination=EVIL, nexthop="10.1.0.1"),)),
    "nexthop": with_subnet(routes=(HostRoute(destination="0.0.0.0/0", nexthop=EVIL),)),
}


@pytest.mark.parametrize("field", BAD)
def test_anything_else_is_refused_by_its_name(field: str) -> None:
    with pytest.raises(Invalid, match=f"the {field} of an interface"):
        check(BAD[field])


def test_interfaces_of_the_user_mode_network_need_nothing() -> None:
    assert bridged(an_instance(nics=(a_nic(), GOOD))).nics == (GOOD,)
