"""The network service's records over a database: what ``nova_lite.network.store`` asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from nova_lite.core.clock import Clock
from nova_lite.db.reads import network as reads
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import limits
from nova_lite.db.writes import network as writes
from nova_lite.objects.network import Network, NetworkQuota, Port, PortOffer, Query, R, Record, Subnet

T = TypeVar("T")


class NetworkReader:
    """Reading, inside one transaction or by single statements."""

    def __init__(self, tx: Tx, configured: NetworkQuota) -> None:
        self._tx, self._configured = tx, configured

    def get(self, kind: type[R], id: str) -> R:
        return reads.get(self._tx, kind, id)

    def find(self, kind: type[R], **where: str | int | bool | Collection[str] | None) -> list[R]:
        return reads.find(self._tx, kind, **where)

    def page(self, kind: type[R], query: Query) -> list[R]:
        return reads.page(self._tx, kind, query)

    def taken(self, subnet_id: str, among: Sequence[str] | None = None) -> set[str]:
        return reads.taken(self._tx, subnet_id, among)

    def address_users(self, subnet_id: str) -> list[Port]:
        return reads.address_users(self._tx, subnet_id)

    def group_in_use(self, group_id: str) -> bool:
        return reads.group_in_use(self._tx, group_id)

    def total(self, kind: type[Record], project_id: str) -> int:
        return reads.total(self._tx, kind, project_id)

    def room(self, kind: type[Record], resource: str, project_id: str) -> tuple[int, int]:
        return reads.room(self._tx, kind, resource, project_id, getattr(self._configured, resource))

    def quota(self, project_id: str) -> NetworkQuota:
        return reads.quota(self._tx, project_id, self._configured)

    def quota_owners(self) -> list[str]:
        return reads.quota_owners(self._tx)


class NetworkRecords(NetworkReader):
    """Reading and writing inside one transaction."""

    def __init__(self, tx: Tx, configured: NetworkQuota, clock: Clock) -> None:
        super().__init__(tx, configured)
        self._clock = clock

    def hold(self, kind: type[R], id: str) -> R:
        return reads.hold(self._tx, kind, id)

    def ground(self, network_id: str) -> tuple[Network, tuple[Subnet, ...]]:
        return reads.ground(self._tx, network_id)

    def offer(self, network_id: str, project_id: str) -> PortOffer:
        return reads.offer(self._tx, network_id, project_id, self._configured.port)

    def add(self, record: Record) -> None:
        writes.add(self._tx, record)

    def replace(self, before: R, after: R) -> R:
        return writes.replace(self._tx, before, after)

    def remove(self, record: Record) -> None:
        writes.remove(self._tx, record)

    def advance(self, subnet_id: str, address: str) -> bool:
        return writes.advance(self._tx, subnet_id, address)

    def take_turn(self, project_id: str) -> None:
        limits.take_turn(self._tx, project_id, self._clock.now())

    def set_quota(self, project_id: str, limits: Mapping[str, int]) -> None:
        writes.set_quota(self._tx, project_id, limits)

    def clear_quota(self, project_id: str) -> None:
        writes.clear_quota(self._tx, project_id)


class DatabaseNetworkStore:
    """Implements ``NetworkStore``; ``configured`` are the limits of projects that have none of their own."""

    def __init__(self, database: Database, configured: NetworkQuota, clock: Clock) -> None:
        self._database, self._configured, self._clock = database, configured, clock

    def records(self, tx: Tx) -> NetworkRecords:
        """The records inside somebody else's transaction: a server and its ports are accepted together."""
        return NetworkRecords(tx, self._configured, self._clock)

    def read(self, function: Callable[[NetworkRecords], T]) -> T:
        with self._database.read() as tx:
            return function(self.records(tx))

    def transact(self, function: Callable[[NetworkRecords], T]) -> T:
        return self._database.transact(lambda tx: function(self.records(tx)))
