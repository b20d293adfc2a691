"""Bus: the composition root of this library; the only place that picks a driver."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar, cast

from nova_lite.core.clock import Clock
from nova_lite.core.context import system_context
from nova_lite.core.errors import Invalid, NovaLiteError
from nova_lite.rpc.client import Address, Caller, Content, make_proxy
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.drivers.base import Driver, Sink
from nova_lite.rpc.drivers.local import LocalDriver, LocalExchange
from nova_lite.rpc.interface import interface_of
from nova_lite.rpc.levels import checked
from nova_lite.rpc.pending import Pending
from nova_lite.rpc.ping import Ping, Pong
from nova_lite.rpc.privacy import Privacy
from nova_lite.rpc.server import Server
from nova_lite.rpc.sessions import Sessions
from nova_lite.rpc.settings import BusSettings
from nova_lite.rpc.signing import Keyring, NoSigner
from nova_lite.rpc.target import Target
from nova_lite.rpc.version import Version

C = TypeVar("C")
LOG = logging.getLogger(__name__)


class Bus:
    """One process's access to the others. Made by :func:`connect`, after the process has forked."""

    def __init__(self, settings: BusSettings, clock: Clock, codec: Codec, driver: Driver, pending: Pending) -> None:
        self._settings, self._clock, self._codec, self._driver = settings, clock, codec, driver
        self._caller = Caller(settings, clock, codec, driver, pending)

    def proxy(
        self, contract: type[C], host: str | None = None, *, pin: str | None = None, timeout: float | None = None
    ) -> C:
        """An object that is used like the remote manager. Making one sends nothing.

        :param host: address that host's server; otherwise any server of the topic.
        :param pin: speak this older version of the interface, whatever the bus knows of the servers.
        :param timeout: seconds for every call, instead of what the contract says.
        :raises CannotSend: this process does not know the pinned version.
        """
        declared = interface_of(contract)
        chosen = None if pin is None else checked(declared, Version.parse(pin))
        address = Address(declared, declared.target(host), chosen)
        return cast(C, make_proxy(self._caller, address, timeout))

    def server(self, workers: int = 64) -> Server:
        """A server with room for ``workers`` messages at a time. Serve endpoints on it, then start it."""
        return Server(self._settings, self._clock, self._codec, self._driver, workers, self._sound)

    def _sound(self, target: Target) -> bool:
        declared = interface_of(Ping)
        method = declared.methods["sound"]
        address = Address(declared, target)
        try:
            self._caller.invoke(
                address, method, system_context(), Content(method.arguments.encode(method.arguments.kind()))
            )
        except NovaLiteError as error:
            LOG.debug("no sound on %s: %s", target, error)
            return False
        return True

    def ping(self, topic: str, host: str | None = None, timeout: float = 10.0) -> Pong:
        """Ask a server whether it works: a real round trip through its workers.

        :raises Unroutable, CallTimeout, PeerLost: it does not.
        """
        declared = interface_of(Ping)
        address = Address(declared, Target(topic, host))
        method = dataclasses.replace(declared.methods["ping"], timeout=timeout)
        arguments = method.arguments.encode(method.arguments.kind())
        answer: Pong = self._caller.invoke(address, method, system_context(), Content(arguments))
        return answer

    def tell_levels(self, lowest: Mapping[str, Mapping[str, str]]) -> None:
        """The lowest versions that run now, by topic and interface, as servers say them (:meth:`Server.versions`).

        From now on proxies without a pin speak what all those servers understand.
        """
        self._caller.levels.tell(lowest)

    def close(self) -> None:
        """Give the connections back. Servers should be stopped before."""
        self._driver.close()


def connect(settings: BusSettings, clock: Clock, exchange: LocalExchange | None = None) -> Bus:
    """A bus by its settings. Connections are made when they are first needed.

    :param exchange: where the buses of transport ``local`` meet; without it the bus is alone.
    :raises Invalid: a setting that the transport needs is missing.
    :raises NotFound: the key directory lacks the private key of this identity.
    """
    if settings.encryption != "off" and not (settings.signing and settings.key_dir):
        raise Invalid("encryption needs signing and a key_dir: who cannot prove who it is cannot be written to")
    pending = Pending()
    signed = settings.signing and bool(settings.key_dir)
    codec = _signing(settings, clock) if signed else Codec(NoSigner(), settings.max_message)
    return Bus(settings, clock, codec, open_driver(settings, pending, exchange), pending)


def _signing(settings: BusSettings, clock: Clock) -> Codec:
    keyring = Keyring(Path(settings.key_dir), settings.identity, clock, settings.prefix)
    sessions = Sessions(settings.identity, clock)
    privacy = Privacy(keyring, sessions, settings.encryption != "off", settings.encryption == "required")
    return Codec(keyring, settings.max_message, sessions, privacy)


def open_driver(settings: BusSettings, sink: Sink, exchange: LocalExchange | None = None) -> Driver:
    """The driver that the settings name, not connected yet.

    :raises Invalid: a setting that it needs is missing.
    """
    if settings.transport == "local":
        return LocalDriver(exchange or LocalExchange(), sink, settings.send_timeout)
    if settings.transport == "zmq":
        from nova_lite.rpc.drivers.zmq import ZmqDriver

        return ZmqDriver(settings, sink)
    if settings.transport == "kombu":
        from nova_lite.rpc.drivers.kombu import KombuDriver

        return KombuDriver(settings, sink)
    raise Invalid(f"transport {settings.transport!r} is none of local, zmq, kombu")
