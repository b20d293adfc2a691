"""How zmq peers find each other."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nova_lite.core.errors import Invalid
from nova_lite.rpc.drivers.zmq.peers import IpcPeers, RingPeers
from nova_lite.rpc.target import Target


def served(peers: IpcPeers, *targets: Target) -> list[str]:
    """Places of these targets with a file where the socket would be."""
    endpoints = []
    for target in targets:
        place = peers.place(target)
        (endpoint,) = place.candidates()
        Path(endpoint.removeprefix("ipc://")).touch()
        endpoints.append(endpoint)
        held.append(place)
    return endpoints


held: list[object] = []  # a place lives as long as somebody holds it


@pytest.fixture(autouse=True)
def let_go() -> object:
    yield
    held.clear()


def test_a_directory_finds_hosts_and_topics(tmp_path: Path) -> None:
    h1, h2, any_host = served(
        IpcPeers(tmp_path), Target("compute", "h1.example"), Target("compute", "h2"), Target("conductor")
    )
    peers = IpcPeers(tmp_path)
    assert peers.find(Target("compute", "h1.example")) == [h1]
    assert peers.find(Target("compute", "h1")) == []
    assert sorted(peers.find(Target("compute"))) == sorted([h1, h2])
    assert peers.find(Target("conductor")) == [any_host]
    assert all(peers.alive(endpoint) for endpoint in (h1, h2, any_host))


def test_what_a_dead_server_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "conductor.4711.abcd").touch()
    (tmp_path / "conductor.4711.abcd.lock").touch()
    peers = IpcPeers(tmp_path)
    (endpoint,) = peers.find(Target("conductor"))
    assert not peers.alive(endpoint)
    assert os.listdir(tmp_path) == []


def test_a_server_that_withdraws_is_found_no_more(tmp_path: Path) -> None:
    peers = IpcPeers(tmp_path)
    place = peers.place(Target("conductor"))
    (endpoint,) = place.candidates()
    Path(endpoint.removeprefix("ipc://")).touch()
    other = IpcPeers(tmp_path)
    assert other.find(Target("conductor")) == [endpoint]
    place.withdraw()
    place.withdraw()
    assert other.find(Target("conductor")) == []
    assert not other.alive(endpoint)


def test_a_server_that_hides_lives_for_those_whose_calls_it_finishes(tmp_path: Path) -> None:
    place = IpcPeers(tmp_path).place(Target("conductor"))
    (endpoint,) = place.candidates()
    Path(endpoint.removeprefix("ipc://")).touch()
    caller = IpcPeers(tmp_path)
    assert caller.alive(endpoint)
    place.hide()
    assert caller.find(Target("conductor")) == []
    assert caller.alive(endpoint)
    place.withdraw()
    assert not caller.alive(endpoint)
    caller.close()


def test_a_directory_that_is_not_there_has_nobody(tmp_path: Path) -> None:
    assert IpcPeers(tmp_path / "none").find(Target("conductor")) == []


def test_foreign_files_are_no_servers(tmp_path: Path) -> None:
    for name in ("README", "conductor", "conductor.x.y", "conductor.1.a.lock"):
        (tmp_path / name).touch()
    assert IpcPeers(tmp_path).find(Target("conductor")) == []


def test_an_endpoint_that_a_ring_names_twice_is_one_server(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    path.write_text(json.dumps({"compute.h1": ["tcp://10.0.0.1:7001"] * 2, "compute": ["tcp://10.0.0.1:7001"]}))
    assert RingPeers(path).find(Target("compute")) == ["tcp://10.0.0.1:7001"]


def test_a_path_that_the_kernel_would_cut_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="choose a shorter directory"):
        IpcPeers(tmp_path / ("d" * 100)).place(Target("conductor"))


def test_a_ring_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    path.write_text(json.dumps({"compute.h1": ["tcp://10.0.0.1:7001"], "compute": ["tcp://10.0.0.9:7001"]}))
    peers = RingPeers(path)
    assert peers.find(Target("compute", "h1")) == ["tcp://10.0.0.1:7001"]
    assert peers.find(Target("compute")) == ["tcp://10.0.0.9:7001", "tcp://10.0.0.1:7001"]
    assert peers.place(Target("compute", "h1")).candidates() == ["tcp://10.0.0.1:7001"]
    path.write_text(json.dumps({"compute.h1": ["tcp://10.0.0.2:7001"]}))
    os.utime(path, ns=(1, 1))
    assert peers.find(Target("compute", "h1")) == ["tcp://10.0.0.2:7001"]
