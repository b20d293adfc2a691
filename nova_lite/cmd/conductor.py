"""nova-lite-conductor: writes the database for everybody who may not."""

from __future__ import annotations

from nova_lite.core import concurrency

concurrency.patch()

import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from nova_lite.cmd import daemon, notifying, records, trust
from nova_lite.cmd.http_server import HttpServer, bind
from nova_lite.conductor.audit import Auditor
from nova_lite.conductor.authorisation import authorise
from nova_lite.conductor.dispatch import Dispatch
from nova_lite.conductor.manager import ConductorManager
from nova_lite.conductor.reaper import Reaper
from nova_lite.conductor.recorder import Recorder, unheard
from nova_lite.conductor.registry import Registry
from nova_lite.conductor.relay import Relay
from nova_lite.conf import ConfigError, Settings
from nova_lite.core import launcher
from nova_lite.core.clock import SystemClock
from nova_lite.core.figures import Figures
from nova_lite.core.service import Closing, PeriodicTasks, Service
from nova_lite.notifications.updates import on_update
from nova_lite.rpc import Bus
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.rpcapi.scheduler import Scheduler

NAME = "nova-lite-conductor"


def build(settings: Settings, shared: Bus | None = None, health: socket.socket | None = None) -> Service:
    """The whole service, not yet started, on a bus of its own or on one that is ``shared``.

    ``health``: the socket on which it tells how it is.
    """
    clock = SystemClock()
    options = settings.conductor
    database = records.database(settings, clock)
    bus = shared or daemon.bus(settings, "nova-conductor", clock)
    scheduler = bus.proxy(Scheduler)

    def compute_at(host: str) -> Compute:
        return bus.proxy(Compute, host=host)

    dispatch = Dispatch(scheduler, compute_at)
    emitter = notifying.emitter(settings, "conductor", clock)
    manager = ConductorManager(
        Recorder(database, dispatch, clock, options, on_update(emitter) if emitter else unheard),
        Registry(database, scheduler, compute_at, clock, options.host_down_after),
    )
    server = daemon.server(settings, bus, authorise, clock)
    server.serve(Conductor, manager)
    periodic, after_all = PeriodicTasks(clock), [Closing(database.close)]
    reaper = Reaper(database, dispatch, clock, options)
    periodic.add("reaper", options.reaper_interval, reaper.reap)
    auditor = Auditor(database, compute_at, clock, options.host_down_after)
    periodic.add("audit", options.audit_interval, auditor.turn)
    if notifying.telling(settings):
        relay = Relay(database, notifying.driver(settings), notifying.publisher_id(settings, "conductor"), clock,
                      settings.notifications.backlog)
        periodic.add("notifications", settings.notifications.interval, relay.turn)
        after_all.append(Closing(relay.resign))
    beat = daemon.heartbeat(settings, "conductor", server, manager, clock)
    periodic.add("heartbeat", daemon.HEARTBEAT, beat, at_start=True)
    periodic.add("trust", trust.INTERVAL, trust.TrustKeeper(database, Path(settings.rpc.key_dir) / "trusted").keep)
    periodic.add("versions", daemon.HEARTBEAT, daemon.levels(bus, manager), at_start=True)
    telling = notifying.observed(settings, server, emitter, clock)
    figures = [] if health is None else [HttpServer(health, Figures([auditor.gauge]), 4)]
    outward = (*daemon.closing(bus, shared), *telling, *figures)
    return Service(NAME, [*after_all, *outward, server, periodic])


def run(settings: Settings) -> int:
    """Run the workers; the exit status."""
    if not settings.database.connection:
        raise ConfigError("[database] connection must say where the database is")
    port = settings.conductor.health_port
    health = bind("[conductor]", "127.0.0.1", port) if port else None
    return launcher.Workers(
        NAME, settings.conductor.workers, lambda: build(settings, health=health), settings.process.stop_grace
    ).run()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the daemon; the exit status."""
    return daemon.main(NAME, __doc__ or "", argv, run, database=True)


if __name__ == "__main__":
    sys.exit(main())
