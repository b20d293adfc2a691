"""The directory in which zmq peers of one machine meet."""

from __future__ import annotations

from pathlib import Path

from nova_lite.rpc.drivers.zmq.peers import IpcPeers
from nova_lite.rpc.target import Target


def test_who_comes_clears_away_what_killed_servers_of_its_kind_left(tmp_path: Path) -> None:
    for name in ("conductor.1.0a", "conductor.1.0a.lock", "scheduler.2.0b", "scheduler.2.0b.lock"):
        (tmp_path / name).touch()
    place = IpcPeers(tmp_path).place(Target("conductor"))
    kept = {path.name for path in tmp_path.iterdir()}
    place.withdraw()
    assert "conductor.1.0a" not in kept
    assert {"scheduler.2.0b", "scheduler.2.0b.lock"} <= kept


def test_the_living_are_left_alone(tmp_path: Path) -> None:
    peers = IpcPeers(tmp_path)
    first = peers.place(Target("conductor"))
    (path,) = (Path(endpoint.removeprefix("ipc://")) for endpoint in first.candidates())
    path.touch()
    second = peers.place(Target("conductor"))
    assert path.exists()
    assert peers.alive(f"ipc://{path}")
    first.withdraw()
    second.withdraw()
    assert not path.exists()
