"""What waits before a full server."""

from __future__ import annotations

from nova_lite.rpc.drivers.zmq.backlog import Backlog, Waiting
from nova_lite.rpc.drivers.zmq.packet import CAST, Packet


def waiting(client: str, number: int) -> Waiting:
    return Waiting(client.encode(), Packet(CAST, f"{client}{number}", b""))


def test_clients_are_served_in_turn_each_in_its_order() -> None:
    backlog = Backlog(limit=9)
    for number in range(3):
        backlog.add(*waiting("a", number))
    backlog.add(*waiting("b", 0))
    served = [backlog.next() for _ in range(4)]
    assert served == [waiting("a", 0), waiting("b", 0), waiting("a", 1), waiting("a", 2)]
    assert len(backlog) == 0


def test_where_one_is_too_many_the_client_with_most_loses_its_latest() -> None:
    backlog = Backlog(limit=4)
    assert [backlog.add(*waiting("a", number)) for number in range(4)] == [None] * 4
    assert backlog.add(*waiting("a", 4)) == waiting("a", 4)
    assert backlog.add(*waiting("b", 0)) == waiting("a", 3)
    assert backlog.add(*waiting("b", 1)) == waiting("a", 2)
    assert backlog.add(*waiting("b", 2)) == waiting("b", 2)
    assert backlog.add(*waiting("c", 0)) in (waiting("a", 1), waiting("b", 1))


def test_who_comes_where_all_have_as_many_is_refused() -> None:
    backlog = Backlog(limit=2)
    backlog.add(*waiting("a", 0))
    backlog.add(*waiting("b", 0))
    assert backlog.add(*waiting("c", 0)) == waiting("c", 0)
    assert [backlog.next() for _ in range(2)] == [waiting("a", 0), waiting("b", 0)]
    assert len(backlog) == 0
