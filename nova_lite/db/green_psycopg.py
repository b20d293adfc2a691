"""A psycopg connection whose waiting goes through the monkey-patched ``select`` module: other green threads run."""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen

T = TypeVar("T")

INTERVAL = 0.5  # seconds between looks at a socket that stays silent


class GreenConnection(psycopg.Connection[Any]):
    """psycopg picks its C function, which eventlet cannot patch, for every wait; this one picks the select-based."""

    def wait(self, gen: PQGen[T], interval: float = INTERVAL, timeout: float | None = None) -> T:
        return waiting.wait_select(gen, self.pgconn.socket, interval=interval, timeout=timeout)
