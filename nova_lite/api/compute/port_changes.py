"""Servers follow their ports: what the network service's users do to a port of a server, its record and host learn."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping

from msgspec import structs

from nova_lite.api.compute.lifecycle import Lifecycle
from nova_lite.api.compute.networks import ServerNetworks
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, NotFound
from nova_lite.db.reads import instances as reads
from nova_lite.db.session import Database, Tx
from nova_lite.db.writes import instances as writes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import DetachInterface, RefreshInterface

Fields = Mapping[str, object]
Change = Callable[[Tx, Instance], Fields]
_About = RefreshInterface | DetachInterface


@dataclasses.dataclass(frozen=True)
class PortChanges:
    """Where the server's state lets its host do nothing now, the record changes alone: its next start shows it."""

    database: Database
    lifecycle: Lifecycle
    networks: ServerNetworks
    clock: Clock

    def changed(self, context: RequestContext, server_uuid: str, port_id: str) -> None:
        """A port of a server has other addresses now. A server that is gone is of no account."""
        def fresh(tx: Tx, server: Instance) -> Fields:
            return {"nics": tuple(
                self.networks.nic(tx, port_id) if nic.id == port_id else nic for nic in server.nics
            )}

        self._follow(context, server_uuid, RefreshInterface(port_id=port_id), fresh)

    def gone(self, context: RequestContext, server_uuid: str, port_id: str) -> None:
        """A port of a server has been deleted."""
        def without(tx: Tx, server: Instance) -> Fields:
            return {"nics": tuple(nic for nic in server.nics if nic.id != port_id)}

        self._follow(context, server_uuid, DetachInterface(port_id=port_id), without)

    def _follow(self, context: RequestContext, server_uuid: str, arguments: _About, change: Change) -> None:
        def then(tx: Tx, grant: ClaimGrant) -> ClaimGrant:
            instance = grant.instance
            return structs.replace(grant, instance=writes.save(tx, instance, self.clock.now(), **change(tx, instance)))

        with contextlib.suppress(NotFound):
            with self.database.read() as tx:
                server = reads.get(tx, server_uuid)
            if all(nic.id != arguments.port_id for nic in server.nics):
                return
            try:
                self.lifecycle.act(context, server, arguments, override_lock=True, then=then)
            except Conflict:
                self.database.transact(lambda tx: writes.edit(
                    tx, server_uuid, None, lambda instance: change(tx, instance), self.clock.now()
                ))
