"""What follows from a cloud's choices."""

from dataclasses import replace
from pathlib import Path

from stack.cloud import Cloud
from stack.options import Choices
from tests.unit.stack.clouds import cloud


def test_one_host_is_this_machine() -> None:
    """Its daemon has the plain name."""
    names = [daemon.name for daemon in cloud().daemons]
    assert names == ["nova-lite-conductor", "nova-lite-scheduler", "nova-lite-compute", "nova-lite-api"]


def test_hosts_are_numbered() -> None:
    """And each signs as itself."""
    found = cloud(Choices("fake", hosts=2))
    assert [daemon.name for daemon in found.daemons if daemon.host] == ["nova-lite-compute-1", "nova-lite-compute-2"]
    assert {"nova-compute@fake1", "nova-compute@fake2"} < set(found.identities)
    assert len(found.identities) == 5


def test_ports_follow_from_the_first() -> None:
    """Only those of the servers that are wanted."""
    assert cloud().ports == (18774, 18784)
    assert cloud(Choices("fake", "rabbit", "mariadb", 1, 20000)).ports == (20000, 20001, 20003, 20010)


def test_two_clouds_share_nothing_but_the_checkout() -> None:
    """Different state directory, different everything below it."""
    first = cloud()
    second: Cloud = replace(first, state=Path("/elsewhere"), choices=Choices(port_base=20000))
    assert first.api_port != second.api_port
    for name in ("etc", "run", "log", "lib", "instances", "servers", "guest_image"):
        assert getattr(first, name) != getattr(second, name)


def test_sockets_have_short_paths_wherever_the_state_is() -> None:
    """107 bytes are all a Unix socket gets."""
    deep = cloud(state="/" + "deep/" * 40)
    assert len(str(deep.run / "rpc" / ("x" * 32))) <= 107
    assert deep.run != cloud(state="/" + "deep/" * 41).run
    assert cloud().run == Path("/checkout/var/run")
