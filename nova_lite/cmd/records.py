"""The database as configured, for those daemons and commands that may open it."""

from __future__ import annotations

from nova_lite.cmd import notifying
from nova_lite.conf import Settings
from nova_lite.core.clock import Clock
from nova_lite.db.session import Database


def database(settings: Settings, clock: Clock) -> Database:
    """Not connected yet. What operations do is kept to be told of where notifications are on."""
    return Database(
        settings.database.connection, pool_size=settings.database.pool_size, clock=clock,
        telling=notifying.telling(settings),
    )
