"""What the attack suite attacks: a conductor with its database, and the compute of a victim."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Literal

import sqlalchemy

from nova_lite.conductor.authorisation import authorise
from nova_lite.conductor.dispatch import Dispatch
from nova_lite.conductor.manager import ConductorManager
from nova_lite.conductor.recorder import Recorder
from nova_lite.conductor.registry import Registry
from nova_lite.conf.control import ConductorSettings
from nova_lite.core import concurrency
from nova_lite.core.clock import ManualClock, SystemClock
from nova_lite.core.context import RequestContext
from nova_lite.db.session import Database
from nova_lite.objects.console import ConsoleAddress
from nova_lite.objects.diagnostics import Diagnostics
from nova_lite.objects.host import GuestsFound
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation
from nova_lite.rpc import Bus, BusSettings, Delivery, Refusal, connect
from nova_lite.rpc.authorisation import only
from nova_lite.rpc.signing import generate
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.rpcapi.scheduler import Scheduler
from tests.builders.guests import NOW
from tests.contract.db.cloud import Cloud
from tests.patience import PATIENCE

EVIL, VICTIM = "nova-compute@evil", "nova-compute@victim"
IDENTITIES = (EVIL, VICTIM, "nova-conductor@control", "nova-scheduler@control")


class Host(Compute):
    """A compute that only remembers what it was made to do."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def run_operation(
        self, context: RequestContext, instance: Instance, operation: Operation, admin_pass: str | None = None
    ) -> None:
        self.done.append(operation.id)

    def set_admin_password(self, context: RequestContext, operation: Operation, admin_pass: str) -> None:
        self.done.append(operation.id)

    def console_output(self, context: RequestContext, instance_uuid: str, max_bytes: int) -> bytes:
        self.done.append(instance_uuid)
        return b"secrets"

    def diagnostics(self, context: RequestContext, instance_uuid: str) -> Diagnostics:
        raise AssertionError("nobody may ask")

    def console_access(self, context: RequestContext, instance_uuid: str, kind: Literal["vnc", "serial"]) -> str:
        self.done.append(instance_uuid)
        return "ws://victim/?token=secret"

    def console_address(self, context: RequestContext, token: str) -> ConsoleAddress:
        raise AssertionError("nobody may ask")

    def guests_found(self, context: RequestContext) -> GuestsFound:
        raise AssertionError("nobody may ask")

    def compare_guests(self, context: RequestContext) -> None:
        """Nobody asks here."""

    def destroy_strays(self, context: RequestContext, uuids: list[str]) -> list[str]:
        self.done += uuids
        return uuids


class Scene:
    """A conductor with its database, the victim's compute, and the attacker with a copy of all that it can have."""

    def __init__(self, directory: Path, empty: Path) -> None:
        """:param empty: the file of a database without rows."""
        self.keys, self.stolen = directory / "keys", directory / "stolen"
        for identity in IDENTITIES:
            generate(self.keys, identity)
        shutil.copytree(self.keys / "trusted", self.stolen / "trusted")
        shutil.copy(self.keys / f"{EVIL}.key", self.stolen)
        self.settings = BusSettings(
            transport="zmq", identity="", zmq_ipc_dir=str(directory / "bus"), send_timeout=PATIENCE,
        )
        self.refusals: concurrency.Queue[Refusal] = concurrency.queue()
        self.ran: list[str] = []
        self._url = f"sqlite:///{directory / 'db.sqlite'}"
        shutil.copy(empty, directory / "db.sqlite")
        self.database, self.clock = Database(self._url), ManualClock(NOW)
        self.buses: list[Bus] = []
        self._conductor()
        self.host = Host()
        server = self.bus(VICTIM, self.keys).server()
        server.authorise = only("nova-api", "nova-scheduler", "nova-conductor")
        server.observe = self.refusals.put
        server.serve(Compute, self.host, "victim")
        server.start()
        self.servers.append(server)
        cloud = Cloud(self.database)
        cloud.host("evil")
        self.victim_uuid = cloud.host("victim").uuid
        self.instance, self.grant = cloud.active("victim"), cloud.booting("victim")
        self.conductor = self.bus(EVIL, self.stolen).proxy(Conductor, timeout=PATIENCE)

    def _conductor(self) -> None:
        bus = self.bus("nova-conductor@control", self.keys)
        scheduler = bus.proxy(Scheduler)

        def compute_at(host: str) -> Compute:
            return bus.proxy(Compute, host=host)

        dispatch = Dispatch(scheduler, compute_at)
        server = bus.server()

        def watch(delivery: Delivery) -> None:
            authorise(delivery)
            self.ran.append(delivery.method)

        server.authorise = watch
        server.observe = self.refusals.put
        server.serve(Conductor, ConductorManager(
            Recorder(self.database, dispatch, self.clock, ConductorSettings()),
            Registry(self.database, scheduler, compute_at, self.clock, 30.0),
        ))
        server.start()
        self.servers = [server]

    def bus(self, identity: str, keys: Path) -> Bus:
        chosen = dataclasses.replace(self.settings, identity=identity, key_dir=str(keys))
        self.buses.append(connect(chosen, SystemClock()))
        return self.buses[-1]

    def dump(self) -> list[str]:
        """Everything that the database holds."""
        engine = sqlalchemy.create_engine(self._url)
        metadata = sqlalchemy.MetaData()
        metadata.reflect(engine)
        with engine.connect() as connection:
            rows = [f"{table} {row}" for table in metadata.sorted_tables for row in connection.execute(table.select())]
        engine.dispose()
        return rows

    def settle(self) -> None:
        """Wait until the conductor has finished what it has taken."""
        for server in self.servers:
            assert server.stop(PATIENCE)

    def close(self) -> None:
        for server in self.servers:
            server.kill()
        for bus in self.buses:
            bus.close()
        self.database.close()
