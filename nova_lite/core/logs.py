"""Logging: one line a record, with the daemon, the process and the request it belongs to."""

from __future__ import annotations

import logging
import sys
import time


class LineFormatter(logging.Formatter):
    """``2026-11-21 08:00:00.123 daemon[pid] INFO logger [req-…] message``; UTC."""

    converter = staticmethod(time.gmtime)

    def __init__(self, daemon: str) -> None:
        super().__init__(
            f"%(asctime)s.%(msecs)03d {daemon}[%(process)d] %(levelname)s %(name)s [%(request_id)s] %(message)s",
            datefmt="%Y-%m-%d %H:%M:%S",
        )

    def format(self, record: logging.LogRecord) -> str:
        if not hasattr(record, "request_id"):
            record.request_id = "-"
        return super().format(record)


def setup(daemon: str, debug: bool = False, log_file: str = "") -> None:
    """Send every record of this process to ``log_file`` (appending), or to standard error when it is empty."""
    handler = logging.FileHandler(log_file) if log_file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(daemon))
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler], force=True)
    for chatty in ("amqp", "kombu", "sqlalchemy", "alembic", "urllib3", "stevedore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
