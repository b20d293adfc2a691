"""What every daemon's start has in common: arguments, configuration, log, bus, heartbeat."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from nova_lite import __version__, rpc
from nova_lite.cmd.refusals import RefusalEvents
from nova_lite.conf import ConfigError, Settings, load
from nova_lite.core import launcher, logs, memory
from nova_lite.core.clock import Clock, OrderedClock
from nova_lite.core.context import system_context
from nova_lite.core.ids import new_uuid
from nova_lite.core.service import Closing, Part
from nova_lite.objects.service import ServiceRecord
from nova_lite.rpc.levels import AUTO
from nova_lite.rpcapi.conductor import Conductor

LOG = logging.getLogger(__name__)

VERSION = re.compile(r"\d+\.\d+")
HEARTBEAT = 10.0  # seconds between two signs of life


def parse(name: str, what: str, argv: Sequence[str] | None) -> list[str]:
    """The configuration files named on the command line. ``--help`` and mistakes end the process (status 0 and 2)."""
    parser = argparse.ArgumentParser(prog=name, description=what)
    parser.add_argument(
        "--config-file", action="append", default=[], metavar="FILE",
        help="configuration file; may be given several times, later ones win (default: /etc/nova-lite/nova-lite.conf)",
    )
    parser.add_argument("--version", action="version", version=f"{name} {__version__}")
    files: list[str] = parser.parse_args(argv).config_file
    return files


def main(name: str, what: str, argv: Sequence[str] | None, run: Callable[[Settings], int], database: bool) -> int:
    """Read the configuration and run a daemon; the exit status. A configuration that breaks a rule gives 2."""
    files = parse(name, what, argv)
    try:
        settings = load(files, database=database)
    except ConfigError as error:
        return launcher.refuse(f"{name}: {error}")
    memory.bound_heap()
    logs.setup(name, settings.process.debug, settings.process.log_file)
    try:
        launcher.write_pid_file(settings.process.pid_file)
        return run(settings)
    except ConfigError as error:
        return launcher.refuse(f"{name}: {error}")
    except Exception as error:
        LOG.exception("%s could not start", name)
        print(f"{name}: {error}", file=sys.stderr)
        return 1


def bus(settings: Settings, name: str, clock: Clock) -> rpc.Bus:
    """This daemon's bus. Its identity is ``name@host``."""
    return rpc.connect(
        rpc.BusSettings(
            transport=settings.rpc.transport,  # type: ignore[arg-type]  # the option's choices are the type's
            zmq_ipc_dir=settings.rpc.zmq_ipc_dir,
            url=settings.rpc.url,
            pins=pins(settings),
            call_timeout=settings.rpc.call_timeout,
            journal=str(Path(settings.process.state_path) / "begun" / name),
            poison_limit=settings.rpc.poison_limit,
            identity=f"{name}@{settings.process.host}",
            key_dir=settings.rpc.key_dir,
            signing=settings.rpc.signing,
            encryption=settings.rpc.encryption,  # type: ignore[arg-type]  # likewise
            prefix="nova-",
        ),
        clock,
    )


def server(settings: Settings, bus: rpc.Bus, authorise: rpc.Authoriser, clock: Clock) -> rpc.Server:
    """A server on the bus that asks ``authorise`` about every request, and makes an event of what it refuses."""
    made = bus.server(workers=settings.rpc.workers)
    made.authorise, made.observe = authorise, RefusalEvents(clock).observe
    return made


def pins(settings: Settings) -> dict[str, str]:
    """The versions that the operator has pinned, by interface.

    :raises ConfigError: one is neither a version nor ``auto``.
    """
    chosen = dataclasses.asdict(settings.upgrade_levels)
    for name, text in chosen.items():
        if text != AUTO and not VERSION.fullmatch(text):
            raise ConfigError(f"[upgrade_levels] {name} = {text}: must be auto, or a version such as 1.0")
    return chosen


def levels(bus: rpc.Bus, conductor: Conductor) -> Callable[[], None]:
    """A function that makes this daemon speak what all running services understand."""
    return lambda: bus.tell_levels(conductor.service_versions(system_context()))


def closing(bus: rpc.Bus, shared: rpc.Bus | None) -> list[Part]:
    """The part that closes a service's own bus; a shared one is closed by whoever shares it."""
    return [] if bus is shared else [Closing(bus.close)]


def heartbeat(
    settings: Settings, topic: str, server: rpc.Server, conductor: Conductor, clock: Clock
) -> Callable[[], None]:
    """A function that tells the registry of services that this daemon lives, and what it understands."""
    uuid, ordered = new_uuid(), OrderedClock(clock)

    def beat() -> None:
        now = ordered.now()
        conductor.service_seen(
            system_context(),
            ServiceRecord(
                uuid=uuid, host=settings.process.host, binary=f"nova-{topic}", topic=topic,
                versions=server.versions(), last_seen_at=now, updated_at=now,
            ),
        )

    return beat
