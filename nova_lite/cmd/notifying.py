"""Notifications as configured: the driver, and the part of a daemon that emits."""

from __future__ import annotations

from pathlib import Path

from nova_lite.cmd.refusals import RefusalEvents
from nova_lite.conf import Settings
from nova_lite.core.clock import Clock
from nova_lite.core.service import Part
from nova_lite.notifications.drivers.base import NotificationDriver
from nova_lite.notifications.drivers.log import LogDriver
from nova_lite.notifications.drivers.messaging import MessagingDriver
from nova_lite.notifications.drivers.spool import SpoolDriver
from nova_lite.notifications.emitter import Emitter
from nova_lite.notifications.refusals import on_refusal
from nova_lite.rpc import Server

MEBIBYTE = 1 << 20


def telling(settings: Settings) -> bool:
    """Whether anybody is told of anything."""
    return settings.notifications.driver != "noop"


def driver(settings: Settings) -> NotificationDriver:
    """The configured driver, nothing opened yet. There is none for noop: ask :func:`telling` first."""
    options = settings.notifications
    if options.driver == "log":
        return LogDriver()
    if options.driver == "spool":
        return SpoolDriver(Path(options.spool_path), options.spool_max_mb * MEBIBYTE, options.spool_keep)
    from nova_lite.rpc.drivers.kombu.outlet import Outlet

    queues = [f"{options.topic}.{priority}" for priority in ("info", "error")]
    outlet = Outlet(
        options.url, options.exchange, queues, durable=options.durable_queues, ttl=options.message_ttl
    )
    return MessagingDriver(outlet, options.topic)


def publisher_id(settings: Settings, service: str) -> str:
    """Who tells: ``conductor.host1``."""
    return f"{service}.{settings.process.host}"


def emitter(settings: Settings, service: str, clock: Clock) -> Emitter | None:
    """What a daemon tells of things that no record keeps; None where nobody is told."""
    return Emitter(driver(settings), publisher_id(settings, service), clock) if telling(settings) else None


def observed(settings: Settings, server: Server, emitter: Emitter | None, clock: Clock) -> list[Part]:
    """Make notifications of what a server refuses, where that is wanted.

    :returns: the parts that tell, to be started before the server.
    """
    if emitter is None:
        return []
    if settings.notifications.refusals:
        server.observe = RefusalEvents(clock, on_refusal(emitter)).observe
    return [emitter]
