"""The keys that were enrolled, in the directory of those that this machine trusts."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from nova_lite.core.errors import Unavailable
from nova_lite.db.reads import enrolment
from nova_lite.db.session import Database

LOG = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds between two looks


class TrustKeeper:
    """Writes what is enrolled into ``trusted``, and takes out what is revoked. Keys laid there by hand stay."""

    def __init__(self, database: Database, trusted: Path) -> None:
        self._database, self._trusted = database, trusted

    def keep(self) -> None:
        """One turn. :raises Unavailable: the directory cannot be written."""
        with self._database.read() as tx:
            keys = enrolment.keys(tx)
        for key in keys:
            path = self._trusted / f"{key.identity}.pub"
            known = path.read_text() if path.exists() else ""
            try:
                if key.revoked_at is not None:
                    if known == key.public_key:
                        path.unlink(missing_ok=True)
                        LOG.warning("%s is not trusted any more", key.identity)
                elif known != key.public_key:
                    self._write(path, key.public_key)
                    LOG.info("%s is trusted from now on", key.identity)
            except OSError as error:
                raise Unavailable(f"{path} cannot be kept as it is enrolled: {error}") from error

    @staticmethod
    def _write(path: Path, text: str) -> None:
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text(text)
        fresh.rename(path)  # nobody reads half of it
