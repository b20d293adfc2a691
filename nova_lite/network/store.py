"""What this room asks of whoever keeps its records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from nova_lite.objects.network import Network, NetworkQuota, Port, PortOffer, Query, R, Record, Subnet

T = TypeVar("T")
Ground = tuple[Network, tuple[Subnet, ...]]
Wanted = str | int | bool | Collection[str] | None


class Records(Protocol):
    """The records inside one transaction. What was added, replaced or removed happens as a whole or not at all."""

    def get(self, kind: type[R], id: str) -> R:
        """:raises NotFound: there is none with this id."""
        ...

    def hold(self, kind: type[R], id: str) -> R:
        """Like ``get``, and nobody else changes or holds the record before the transaction ends."""
        ...

    def ground(self, network_id: str) -> Ground:
        """A network with its subnets, oldest first, all of them held as by ``hold``. Raises NotFound."""
        ...

    def offer(self, network_id: str, project_id: str) -> PortOffer:
        """The same, with what a port of this project needs besides; the caller has its turn. Raises NotFound."""
        ...

    def find(self, kind: type[R], **where: Wanted) -> list[R]:
        """All whose fields have these values, or one of those in a collection; oldest first."""
        ...

    def page(self, kind: type[R], query: Query) -> list[R]:
        """:raises Invalid: the marker or a key to sort by is not there."""
        ...

    def add(self, record: Record) -> None:
        """:raises Conflict: a key of the record is taken, or one of a port's addresses. The transaction is lost."""
        ...

    def replace(self, before: R, after: R) -> R:
        """:raises Conflict: the record is no longer ``before``. The transaction is lost."""
        ...

    def remove(self, record: Record) -> None:
        """Delete; a port's addresses are free again and floating addresses lead to it no more."""
        ...

    def taken(self, subnet_id: str, among: Sequence[str] | None = None) -> set[str]:
        """The addresses of a subnet that ports have: of these, or all."""
        ...

    def advance(self, subnet_id: str, address: str) -> bool:
        """Note that this address of a subnet, which the transaction holds, is given away last.

        False when a port has it.
        """
        ...

    def address_users(self, subnet_id: str) -> list[Port]:
        """The ports that have an address of a subnet."""
        ...

    def group_in_use(self, group_id: str) -> bool:
        """Whether a port has the security group."""
        ...

    def total(self, kind: type[Record], project_id: str) -> int:
        """How many records of a kind a project has."""
        ...

    def room(self, kind: type[Record], resource: str, project_id: str) -> tuple[int, int]:
        """A project's limit of a resource (-1: none), and how many records of its kind it has."""
        ...

    def take_turn(self, project_id: str) -> None:
        """Nobody else who asks for the same project's turn goes on before the transaction ends."""
        ...

    def quota(self, project_id: str) -> NetworkQuota:
        """The project's limits."""
        ...

    def quota_owners(self) -> list[str]:
        """The projects that have limits of their own."""
        ...

    def set_quota(self, project_id: str, limits: Mapping[str, int]) -> None:
        """Give a project limits of its own."""
        ...

    def clear_quota(self, project_id: str) -> None:
        """Let a project have the configured limits."""
        ...


class NetworkStore(Protocol):
    """Transactions over the records."""

    def read(self, function: Callable[[Records], T]) -> T:
        """Run a function that only reads."""
        ...

    def transact(self, function: Callable[[Records], T]) -> T:
        """Run a function in one transaction; it may be run more than once, and must do nothing but work on records."""
        ...
