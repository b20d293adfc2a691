"""Networks made by another process: the one that has the rights, and what the one without uses instead."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterable
from pathlib import Path

import msgspec

from nova_lite.core.errors import NovaLiteError, Unavailable
from nova_lite.network.host.errands import LIMIT, Errand, Outcome, Plug, Restore, Tend, Unplug, Wired, bridged
from nova_lite.network.host.networks import HostNetworks

LOG = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds for a client to say what it wants
WORK = 120.0  # seconds for an errand: others may be before it
PIECE = 65536


class Helper:
    """Does errands, one after another."""

    def __init__(self, networks: HostNetworks) -> None:
        self._networks = networks

    def serve(self, listener: socket.socket) -> None:
        """Without end. Who may connect is decided by the rights on the socket."""
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(PATIENCE)
                try:
                    connection.sendall(msgspec.json.encode(self._outcome(connection)))
                except OSError as error:
                    LOG.warning("a client is gone: %s", error)

    def _outcome(self, connection: socket.socket) -> Outcome:
        """What becomes of a client's errand. Raises OSError: the client has not said what it wants."""
        asked = _all(connection)
        try:
            self._do(msgspec.json.decode(asked, type=Errand))
        except (NovaLiteError, msgspec.MsgspecError) as error:
            LOG.warning("an errand failed: %s", error)
            return Outcome(error=str(error))
        except Exception as error:  # a full disk, say: the client is told that too
            LOG.exception("an errand failed")
            return Outcome(error=f"{type(error).__name__}: {error}")
        return Outcome()

    def _do(self, errand: Errand) -> None:
        match errand:
            case Plug():
                self._networks.plug(errand.guest)
            case Unplug():
                self._networks.unplug(errand.uuid, errand.port_id)
            case Restore():
                self._networks.restore(errand.guests)
            case Tend():
                self._networks.tend()


class HelpedNetworks:
    """As :class:`HostNetworks`, by the helper behind a socket. It is asked only where it has something to do."""

    def __init__(self, path: Path, directory: Path) -> None:
        """``path``: of the helper's socket. ``directory``: where it has one for each network."""
        self._path, self._directory = path, directory

    def plug(self, guest: Wired) -> None:
        """See HostNetworks. Raises Unavailable, with what the helper complained about."""
        wanted = bridged(guest)
        if wanted.nics:
            self._ask(Plug(guest=wanted))

    def unplug(self, uuid: str, port_id: str | None = None) -> None:
        """See HostNetworks. Raises Unavailable."""
        if self._some():
            self._ask(Unplug(uuid=uuid, port_id=port_id))

    def restore(self, guests: Iterable[Wired]) -> None:
        """See HostNetworks. Raises Unavailable."""
        wanted = tuple(guest for guest in map(bridged, guests) if guest.nics)
        if wanted or self._some():
            self._ask(Restore(guests=wanted))

    def tend(self) -> None:
        """See HostNetworks. Raises Unavailable."""
        if self._some():
            self._ask(Tend())

    def _some(self) -> bool:
        return self._directory.is_dir() and any(self._directory.iterdir())

    def _ask(self, errand: Errand) -> None:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(WORK)
                connection.connect(str(self._path))
                connection.sendall(msgspec.json.encode(errand))
                connection.shutdown(socket.SHUT_WR)
                outcome = msgspec.json.decode(_all(connection), type=Outcome)
        except (OSError, msgspec.MsgspecError) as error:
            raise Unavailable(f"the helper at {self._path} does not answer: {error}") from error
        if outcome.error:
            raise Unavailable(f"the host's networks: {outcome.error}")


def _all(connection: socket.socket) -> bytes:
    """What comes until the other side has said all. Raises OSError."""
    found = b""
    while piece := connection.recv(PIECE):
        found += piece
        if len(found) > LIMIT:
            raise OSError(f"more than {LIMIT} bytes")
    return found
