"""The interfaces of servers: what a create or an attachment asks for, and the network service that gives it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import cast

from msgspec import structs

from nova_lite.core.errors import Invalid
from nova_lite.db.network import DatabaseNetworkStore
from nova_lite.db.session import Tx
from nova_lite.network.servers import NicWish, ServerPorts, Wishes
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import Port
from nova_lite.objects.nic import Nic

Body = Mapping[str, object]


def wishes(body: Body) -> Wishes:
    """What the body of a create asks for.

    :raises Invalid: an entry names neither a network nor a port.
    """
    networks = body.get("networks", "auto")
    groups = cast("Sequence[Body]", body.get("security_groups") or ())
    named = tuple(str(group["name"]) for group in groups if "name" in group)
    if networks == "none" or networks == "auto":
        return Wishes(nics="none" if networks == "none" else "auto", groups=named)
    entries = cast("Sequence[Body]", networks)
    return Wishes(nics=tuple(map(_wish, entries)) if entries else "auto", groups=named)


def _wish(entry: Body) -> NicWish:
    if not entry.get("port") and not entry.get("uuid"):
        raise Invalid("Bad networks format: a network is named by its uuid or by a port.", field="networks")
    if entry.get("port"):
        return NicWish(port_id=str(entry["port"]), tag=str(entry.get("tag") or ""))
    return NicWish(
        network_id=str(entry["uuid"]), fixed_ip=str(entry.get("fixed_ip") or ""), tag=str(entry.get("tag") or "")
    )


@dataclasses.dataclass(frozen=True)
class ServerNetworks:
    """The network service as compute's handlers use it: in their own transactions."""

    store: DatabaseNetworkStore
    ports: ServerPorts

    def check(self, project_id: str, wanted: Wishes, number: int = 1, *, everywhere: bool = False) -> Wishes:
        """The wishes of so many servers, made exact. Takes and raises what :meth:`ServerPorts.check` does."""
        self.ports.prepare(project_id, wanted)
        return self.store.read(
            lambda records: self.ports.check(records, project_id, wanted, number, everywhere=everywhere)
        )

    def plugged(self, tx: Tx, server: Instance, wanted: Wishes) -> Instance:
        """A server with the ports it asks for. Raises as :meth:`ServerPorts.allocate` does."""
        return structs.replace(server, nics=self.ports.allocate(self.store.records(tx), server, wanted))

    def attached(self, tx: Tx, server: Instance, wish: NicWish) -> Nic:
        """One more interface of a server. Raises as :meth:`ServerPorts.allocate` does."""
        return self.ports.attach(self.store.records(tx), server, wish)

    def nic(self, tx: Tx, port_id: str) -> Nic:
        """The interface that a port is now. Raises NotFound."""
        return self.ports.nic(self.store.records(tx), port_id)

    def port(self, tx: Tx, port_id: str) -> Port:
        """A port as this transaction sees it. Raises NotFound."""
        return self.store.records(tx).get(Port, port_id)

    def ports_of(self, server: Instance) -> list[Port]:
        """The ports of a server, oldest first."""
        return self.store.read(lambda records: self.ports.ports_of(records, server))
