"""nova-lite-scheduler: chooses a host for each boot."""

from __future__ import annotations

from nova_lite.core import concurrency

concurrency.patch()

import random
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

from nova_lite.cmd import daemon, notifying
from nova_lite.conf import ConfigError, Settings
from nova_lite.core import launcher
from nova_lite.core.clock import SystemClock
from nova_lite.core.context import system_context
from nova_lite.core.service import PeriodicTasks, Service
from nova_lite.rpc import Bus
from nova_lite.rpc.authorisation import only
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.rpcapi.scheduler import Scheduler
from nova_lite.scheduler.filters import BUILT_IN
from nova_lite.scheduler.filters.base import Filter
from nova_lite.scheduler.host_states import HostStates
from nova_lite.scheduler.manager import SchedulerManager
from nova_lite.scheduler.pipeline import Pipeline
from nova_lite.scheduler.weighers import CPUWeigher, RAMWeigher

NAME = "nova-lite-scheduler"
FILTER_PLUGINS = "nova_lite.scheduler.filters"  # entry point group of filters from other packages


def filters(names: Sequence[str]) -> list[Filter]:
    """The filters by name, built in or from an installed package.

    :raises ConfigError: a name is not known.
    """
    known = {point.name: point for point in entry_points(group=FILTER_PLUGINS)}
    chosen: list[Filter] = []
    for name in names:
        if name not in BUILT_IN and name not in known:
            raise ConfigError(f"[scheduler] filters: there is no {name!r}; there are {', '.join(sorted(BUILT_IN))}")
        chosen.append((BUILT_IN.get(name) or known[name].load())())
    return chosen


def build(settings: Settings, shared: Bus | None = None) -> Service:
    """The whole service, not yet started, on a bus of its own or on one that is ``shared``."""
    clock = SystemClock()
    options = settings.scheduler
    bus = shared or daemon.bus(settings, "nova-scheduler", clock)
    conductor = bus.proxy(Conductor)
    pipeline = Pipeline(
        filters(options.filters), [RAMWeigher(options.ram_weight), CPUWeigher(options.cpu_weight)],
        max_candidates=options.max_candidates, shuffle_best=options.shuffle_best, dice=random.SystemRandom(),
    )
    manager = SchedulerManager(
        pipeline, HostStates(lambda: conductor.host_states(system_context())), conductor,
        lambda host: bus.proxy(Compute, host=host), clock, settings.conductor.host_down_after,
    )
    server = daemon.server(settings, bus, only("nova-api", "nova-conductor"), clock)
    server.serve(Scheduler, manager)
    periodic = PeriodicTasks(clock)
    beat = daemon.heartbeat(settings, "scheduler", server, conductor, clock)
    periodic.add("heartbeat", daemon.HEARTBEAT, beat, at_start=True)
    periodic.add("versions", daemon.HEARTBEAT, daemon.levels(bus, conductor), at_start=True)
    telling = notifying.observed(settings, server, notifying.emitter(settings, "scheduler", clock), clock)
    return Service(NAME, [*daemon.closing(bus, shared), *telling, server, periodic])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the daemon; the exit status."""
    return daemon.main(
        NAME, __doc__ or "", argv, lambda settings: launcher.run(build(settings), settings.process.stop_grace),
        database=False,
    )


if __name__ == "__main__":
    sys.exit(main())
